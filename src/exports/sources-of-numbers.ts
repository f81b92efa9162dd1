/**
 * The appendix "Sources of numbers" of a paper (T12): each number with what is known of where it comes from, by sections. It
 * is Markdown, set like a paper.
 */
import type { NumberState } from '../domain/provenance/types.ts';
import type { NumberRow } from './bundle/numbers-csv.ts';
import { plain } from './plain.ts';

/** Numbers that it lists; how many more there are is said. */
const MOST_NUMBERS = 1_500;

/** What nobody asks the source of: a person said so, or everybody knows it. */
const LEFT_OUT = new Set<string>(['convention', 'dismissed'] satisfies NumberState[]);

const WORDS = {
  en: {
    title: 'Sources of numbers',
    intro:
      'Made from the record that the server keeps of the runs of code. “Traced” means that a run gave this value, as it is rounded here; it does not say that the value is the right one to cite.',
    none: 'There are no numbers in this paper whose source would be asked for.',
    head: '| Number | State | Where it comes from |',
    state: {
      traced: 'traced',
      likely: 'likely traced',
      given: 'given',
      parameter: 'parameter',
      untraced: 'untraced',
      stale: 'stale',
      superseded: 'superseded',
      pinned: 'linked by hand',
    } as Partial<Record<string, string>>,
    given: 'a message or an attached file',
    nowhere: 'no run, message or file',
    run: (run: number) => `run ${run}`,
    scriptLine: (line: number) => `line ${line}`,
    outputLine: (line: number) => `output line ${line}`,
    more: (count: number) => `and ${count} more numbers`,
    comma: ', ',
    colon: ': ',
  },
  zh: {
    title: '数值的出处',
    intro:
      '本附录由服务器保存的程序运行记录生成。“可追溯”指某次运行给出了此值（在此经过四舍五入），并不表示引用此值是恰当的。',
    none: '本文没有需要说明出处的数值。',
    head: '| 数值 | 状态 | 出处 |',
    state: {
      traced: '可追溯',
      likely: '很可能可追溯',
      given: '已给定',
      parameter: '参数',
      untraced: '无出处',
      stale: '已过时',
      superseded: '已被取代',
      pinned: '手动关联',
    } as Partial<Record<string, string>>,
    given: '消息或所附文件',
    nowhere: '任何运行、消息或文件中都没有',
    run: (run: number) => `第 ${run} 次运行`,
    scriptLine: (line: number) => `第 ${line} 行`,
    outputLine: (line: number) => `输出第 ${line} 行`,
    more: (count: number) => `以及另外 ${count} 个数值`,
    comma: '，',
    colon: '：',
  },
} as const;

type Words = (typeof WORDS)['en' | 'zh'];

export function sourcesOfNumbers(numbers: readonly NumberRow[], language: 'en' | 'zh'): string {
  const words = WORDS[language];
  const asked = numbers.filter(({ state }) => !LEFT_OUT.has(state));
  if (asked.length === 0) return `# ${words.title}\n\n${words.none}\n`;
  const parts: string[] = [`# ${words.title}`, words.intro];
  let section: string | undefined;
  let lines: string[] = [];
  const endTable = () => {
    if (lines.length > 0) parts.push([words.head, '|---|---|---|', ...lines].join('\n'));
    lines = [];
  };
  for (const row of asked.slice(0, MOST_NUMBERS)) {
    if (row.section !== section) {
      endTable();
      if (row.section !== '') parts.push(`## ${plain(row.section)}`);
      section = row.section;
    }
    const state = words.state[row.state] ?? row.state;
    lines.push(`| ${plain(row.text)} | ${state} | ${whereFrom(row, words)} |`);
  }
  endTable();
  if (asked.length > MOST_NUMBERS) parts.push(`*${words.more(asked.length - MOST_NUMBERS)}*`);
  return `${parts.join('\n\n')}\n`;
}

function whereFrom(row: NumberRow, words: Words): string {
  if (row.state === 'given') return words.given;
  const places = [
    ...(row.run === undefined ? [] : [words.run(row.run)]),
    ...(row.script === undefined ? [] : [plain(row.script)]),
    ...(row.scriptLine === undefined ? [] : [words.scriptLine(row.scriptLine)]),
    ...(row.outputLine === undefined ? [] : [words.outputLine(row.outputLine)]),
  ];
  if (places.length === 0) return words.nowhere;
  const { name, value, unit } = row;
  const fact = name === undefined || value === undefined ? '' : `${name} = ${value} ${unit ?? ''}`.trim();
  return places.join(words.comma) + (fact === '' ? '' : words.colon + plain(fact));
}
