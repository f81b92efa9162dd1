import { createI18n } from 'vue-i18n';
import { browserStore } from '../shell/browser-store.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

export type Language = 'en' | 'zh';

const KEY = 'paperagent.language';

/** What the person chose before, or what the browser asks for. */
export function preferredLanguage(): Language {
  const chosen = browserStore.getItem(KEY);
  if (chosen === 'en' || chosen === 'zh') return chosen;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function createTranslations() {
  const locale = preferredLanguage();
  document.documentElement.lang = htmlLanguage(locale);
  return createI18n({ legacy: false, locale, fallbackLocale: 'en', messages: { en, zh } });
}

/** Remembers the choice, and says it to screen readers and to the browser's line breaking. */
export function keepLanguage(language: Language): void {
  browserStore.setItem(KEY, language);
  document.documentElement.lang = htmlLanguage(language);
}

function htmlLanguage(language: Language): string {
  return language === 'zh' ? 'zh-CN' : 'en';
}
