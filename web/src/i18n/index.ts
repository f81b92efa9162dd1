import { createI18n } from 'vue-i18n';
import { browserStore } from '../shell/browser-store.ts';
import { en } from './en.ts';
import type { zh } from './zh.ts';

export type Language = 'en' | 'zh';

/** A moment as people say it: the day where it matters, hours and minutes. */
const TIME = { dateStyle: 'medium', timeStyle: 'short' } as const;

const KEY = 'paperagent.language';

/** What the person chose before, or what the browser asks for. */
export function preferredLanguage(): Language {
  const chosen = browserStore.getItem(KEY);
  if (chosen === 'en' || chosen === 'zh') return chosen;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** Chinese comes when it is wanted: nobody reads both. Until then, and where it does not come, the page is English. */
export async function createTranslations() {
  const chinese = {} as typeof zh;
  const i18n = createI18n({
    legacy: false,
    locale: 'en',
    fallbackLocale: 'en',
    messages: { en, zh: chinese },
    datetimeFormats: { en: { time: TIME }, zh: { time: TIME } },
  });
  document.documentElement.lang = htmlLanguage('en');
  if (preferredLanguage() === 'zh') {
    await speak('zh', i18n.global).catch((error: unknown) => console.warn('Chinese did not come', error));
  }
  return i18n;
}

/** What holds the texts: vue-i18n's global composer. */
interface Speaker {
  locale: { value: string };
  setLocaleMessage(language: 'zh', texts: typeof zh): void;
}

/** Has the page speak that language, once its texts are there. */
export async function speak(language: Language, speaker: Speaker): Promise<void> {
  if (language === 'zh') speaker.setLocaleMessage('zh', (await import('./zh.ts')).zh);
  speaker.locale.value = language;
  document.documentElement.lang = htmlLanguage(language);
}

/** Has the settings' pages' sentences there, in English; the other languages have them with the rest. */
export async function bringSettings(texts: { mergeLocaleMessage(language: 'en', texts: object): void }) {
  texts.mergeLocaleMessage('en', (await import('./settings-en.ts')).settingsEn);
}

/** The same for dialogs and cards that come when they are wanted. */
export async function bringDialogs(texts: { mergeLocaleMessage(language: 'en', texts: object): void }) {
  texts.mergeLocaleMessage('en', (await import('./dialogs-en.ts')).dialogsEn);
}

/** Remembers the choice. */
export function keepLanguage(language: Language): void {
  browserStore.setItem(KEY, language);
}

/** Said to screen readers, and to the browser's line breaking. */
function htmlLanguage(language: Language): string {
  return language === 'zh' ? 'zh-CN' : 'en';
}
