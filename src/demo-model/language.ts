/** The demo model answers in the language of the prompt. */
export type Language = 'en' | 'zh';

/** Chinese when a good part of the text is; a Chinese file name in an English sentence is not enough. */
export function languageOf(text: string): Language {
  const characters = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const words = text.match(/\p{Script=Latin}+/gu)?.length ?? 0;
  return characters > words / 2 ? 'zh' : 'en';
}
