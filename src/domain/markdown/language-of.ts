/** A text is Chinese where a good part of its letters is. */
export function languageOf(text: string): 'en' | 'zh' {
  const wide = text.match(/[\u4e00-\u9fff]/g)?.length ?? 0;
  const latin = text.match(/[A-Za-z]{2,}/g)?.length ?? 0;
  return wide > latin ? 'zh' : 'en';
}
