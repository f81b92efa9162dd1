import { useI18n } from 'vue-i18n';
import { type Passage, quoted } from '../paper/passage.ts';
import { visibleText } from '../shell/visible-text.ts';

/** What is pointed at becomes the beginning of a message, for the person to go on; `begin` puts it where one writes. */
export function useAskingAbout(begin: (text: string) => Promise<void>) {
  const { t } = useI18n();
  return {
    askAbout(passage: Passage): Promise<void> {
      const { section } = passage;
      return begin(quoted(passage, section === null ? t('paper.about') : t('paper.aboutIn', { section })));
    },
    askAboutFigure: (path: string): Promise<void> =>
      begin(`${t('figure.about', { path: visibleText(path) })}\n\n`),
  };
}
