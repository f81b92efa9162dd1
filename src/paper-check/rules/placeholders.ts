/** What was to be replaced, and was not. */
import { isEmptyTitle } from '../../domain/markdown/paper-title.ts';
import { type CheckItem, item, quoted } from '../item.ts';
import { lineAt, type Passage } from '../passages.ts';

const PLACEHOLDERS = [
  /\b(?:TODO|TBD|FIXME|XXX{1,8})\b/,
  /\blorem ipsum\b/i,
  /\?{3,}|？{3,}/,
  /[[(<](?:insert|your|fill in|to be (?:added|completed|filled in|written)|placeholder|todo|tbd|author(?:'s)? name|date here)\b[^\])>\n]{0,80}[\])>]/i,
  /\b(?:insert|add|put) [\w ]{1,40} here\b/i,
  /待(?:补充|完善|填写|添加|填入|续写)/,
  /(?:此处|这里|在此)(?:请)?(?:填写|插入|补充|添加|填入)/,
  /[（(【[](?:请)?(?:填写|输入|插入|补充|添加)[^）)】\]\n]{0,40}[）)】\]]/,
  /[×ＸX]{2,8}(?:大学|学院|公司|市|省|同学|老师)|某某(?:大学|学院|公司|同学|老师)/,
];

export function placeholders(passages: readonly Passage[]): CheckItem[] {
  return passages.flatMap((passage) => {
    if (passage.kind === 'heading' && isEmptyTitle(passage.text)) return [found(passage, 0, passage.text)];
    const match = PLACEHOLDERS.map((pattern) => pattern.exec(passage.text)).find((one) => one !== null);
    return match === undefined ? [] : [found(passage, match.index, match[0])];
  });
}

function found(passage: Passage, offset: number, text: string): CheckItem {
  const about = quoted(text);
  return item('placeholder', `A placeholder is left: "${about}".`, { ...lineAt(passage, offset), about });
}
