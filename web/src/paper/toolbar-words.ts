/** What the editor's buttons are called, in both languages; it comes with the editor. */
import type { Markup } from './markup.ts';

const en = {
  toolbar: 'Formatting',
  bold: 'Bold',
  italic: 'Italic',
  heading: 'Heading',
  list: 'List',
  formula: 'Formula',
  link: 'Link',
  picture: 'Insert a picture',
} satisfies Record<Markup | 'toolbar' | 'picture', string>;

const zh: typeof en = {
  toolbar: '格式',
  bold: '加粗',
  italic: '斜体',
  heading: '标题',
  list: '列表',
  formula: '公式',
  link: '链接',
  picture: '插入图片',
};

export function toolbarWordsIn(language: string): typeof en {
  return language.startsWith('zh') ? zh : en;
}
