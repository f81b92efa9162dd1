/** What the panel of references says, in both languages; it comes with the panel. */
import type { Reference } from '../../api/references.ts';

type Verdict = Reference['verdict'];
type Field = NonNullable<Verdict['fields']>[number];

export const SOURCE_NAMES: Record<NonNullable<Verdict['source']>, string> = {
  doi: 'doi.org',
  crossref: 'Crossref',
  openalex: 'OpenAlex',
  semantic_scholar: 'Semantic Scholar',
  arxiv: 'arXiv',
};

const en = {
  references: 'References',
  none: 'references.bib lists no work.',
  count: (works: number) => (works === 1 ? '1 work' : `${works} works`),
  more: (left: number) => `… and ${left} more in references.bib.`,
  lookUp: 'Look up',
  running: 'Looking up…',
  offline: 'Works are not looked up on this server.',
  failed: 'The references could not be listed.',
  notStarted: 'They could not be looked up now.',
  again: 'Try again',
  close: 'Close',
  open: (line: number) => `references.bib, line ${line}`,
  verdict: {
    verified: 'Verified',
    mismatch: 'Differs',
    not_found: 'Not found',
    not_checkable: 'Cannot be looked up',
    retracted: 'Retracted',
    unchecked: 'Not looked up',
  } as Record<Verdict['verdict'], string>,
  field: { title: 'title', author: 'first author', year: 'year', doi: 'DOI' } as Record<Field, string>,
  differs: (field: string, theirs: string) => `${field}: ${theirs}`,
  noDoi: 'the DOI does not exist',
  unlisted: 'It may exist all the same: the sources do not list everything.',
  silent: (names: string) => `No answer came from ${names}.`,
};

const zh: typeof en = {
  references: '参考文献',
  none: 'references.bib 中没有文献。',
  count: (works) => `${works} 条文献`,
  more: (left) => `……references.bib 中还有 ${left} 条。`,
  lookUp: '在线核对',
  running: '正在核对……',
  offline: '本服务器不在线核对文献。',
  failed: '未能列出参考文献。',
  notStarted: '现在无法核对。',
  again: '重试',
  close: '关闭',
  open: (line) => `references.bib 第 ${line} 行`,
  verdict: {
    verified: '已核实',
    mismatch: '不一致',
    not_found: '未查到',
    not_checkable: '无法核对',
    retracted: '已撤稿',
    unchecked: '未核对',
  },
  field: { title: '题名', author: '第一作者', year: '年份', doi: 'DOI' },
  differs: (field, theirs) => `${field}：${theirs}`,
  noDoi: 'DOI 不存在',
  unlisted: '它仍可能存在：各数据库并不齐全。',
  silent: (names) => `${names} 没有回应。`,
};

export type Words = typeof en;

export function wordsIn(language: string): Words {
  return language.startsWith('zh') ? zh : en;
}

/** What is to be known of a verdict besides its word. */
export function detailOf(
  { verdict, fields = [], found, source, unanswered = [] }: Verdict,
  words: Words,
): string {
  const by = source === undefined ? '' : ` (${SOURCE_NAMES[source]})`;
  const differing = fields.map((field) => {
    const theirs = found?.[field];
    return theirs === undefined ? words.noDoi : words.differs(words.field[field], String(theirs));
  });
  const silent = unanswered.map((name) => SOURCE_NAMES[name]).join(', ');
  return [
    verdict === 'mismatch' ? `${differing.join('; ')}${by}` : verdict === 'retracted' ? by.trim() : '',
    verdict === 'not_found' ? words.unlisted : '',
    silent === '' ? '' : words.silent(silent),
  ]
    .filter(Boolean)
    .join(' ');
}
