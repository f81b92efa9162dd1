/**
 * The report on the use of AI (O8), made from what the server has kept: by turn which model, what was asked word for
 * word, what was answered, what came of it in the files. It is Markdown, set like a paper; its words are those of the
 * contests that ask for it (COMAP's "Report on Use of AI", CUMCM's 《AI工具使用详情》).
 */
import { type FileChange, type Message, type ToolPart, textOf } from '../domain/messages.ts';
import { plain } from './plain.ts';

export interface UsedModel {
  turn: number;
  model: string;
}

/** How a file that a turn left stands in the workspace now. */
export type Standing = 'same' | 'changed' | 'gone';

export interface AiReportSource {
  language: 'en' | 'zh';
  /** Of every agent, oldest first. */
  messages: readonly Message[];
  models: readonly UsedModel[];
  standing(path: string, sha256: string): Standing;
  /** Older ones are not among the messages. */
  hasOlder?: boolean;
}

/** Characters of all that was said, and of one text: what is beyond is said to be left out. */
const MOST_CHARACTERS = 120_000;
const MOST_OF_ONE = 6_000;
const LEAST_OF_ONE = 300;
const MOST_TURNS = 200;
const MOST_ACTIONS = 40;

const WORDS = {
  en: {
    title: 'Report on Use of AI',
    none: 'No AI tool has been used in this work.',
    intro: (turns: number, from: string, to: string) =>
      `Made from the record that the server keeps of the conversation: ${turns} ${turns === 1 ? 'exchange' : 'exchanges'} from ${from} to ${to} (UTC). Queries and outputs are word for word; what was shortened says so. “Unchanged” is a file that is now exactly as the exchange left it, “changed since” one that was worked on afterwards by a person or in a later exchange.`,
    older: 'Older exchanges are not in this report: the conversation is too long for it.',
    tools: 'Tools',
    head: '| No. | Tool and model | First use | Last use | Exchanges |',
    uses: 'Uses in their order',
    use: (n: number, at: string, models: string) => `Use ${n}: ${at}, ${models}`,
    query: 'Query:',
    output: 'Output:',
    adopted: 'What was done and what was adopted:',
    noOutput: 'No text: the exchange was stopped or failed.',
    attachments: (names: string) => `With the files: ${names}.`,
    left: (count: number) => `[… ${count} characters left out]`,
    more: (count: number) => `${count} exchanges between these are left out of this report.`,
    moreActions: (count: number) => `and ${count} more`,
    standing: { same: 'adopted, unchanged', changed: 'adopted, changed since', gone: 'not adopted: removed' },
    call: (name: string, count: number) => `${name}${count > 1 ? ` (${count} times)` : ''}`,
    unknown: 'model not recorded',
  },
  zh: {
    title: 'AI工具使用详情',
    none: '本参赛队未使用任何AI工具。',
    intro: (turns: number, from: string, to: string) =>
      `本说明由服务器保存的对话记录生成：共 ${turns} 次交互，时间为 ${from} 至 ${to}（UTC）。提示词与回复均为原文，有删节处均已注明。“未改动”指文件与该次交互结束时完全一致；“此后有改动”指其后由人工或在后续交互中修改过。`,
    older: '更早的交互因对话过长未列入本说明。',
    tools: '使用的AI工具名称与版本',
    head: '| 序号 | 工具与模型 | 首次使用 | 末次使用 | 交互次数 |',
    uses: '使用环节、关键交互记录与采纳情况',
    use: (n: number, at: string, models: string) => `交互 ${n}：${at}，${models}`,
    query: '提示词：',
    output: '回复：',
    adopted: '具体用途与采纳、修改情况：',
    noOutput: '无文字回复：该次交互被停止或失败。',
    attachments: (names: string) => `附带文件：${names}。`,
    left: (count: number) => `[…… 此处略去 ${count} 个字符]`,
    more: (count: number) => `此处略去 ${count} 次交互。`,
    moreActions: (count: number) => `以及另外 ${count} 项`,
    standing: { same: '已采纳，未改动', changed: '已采纳，此后有改动', gone: '未采纳：已删除' },
    call: (name: string, count: number) => `${name}${count > 1 ? `（${count} 次）` : ''}`,
    unknown: '未记录模型',
  },
} as const;

type Words = (typeof WORDS)['en' | 'zh'];

interface Exchange {
  at: string;
  models: string[];
  query: string;
  attachments: string[];
  output: string;
  calls: ToolPart[];
}

export function aiReport({ language, messages, models, standing, hasOlder = false }: AiReportSource): string {
  const words = WORDS[language];
  const all = exchangesOf(messages, models);
  const [first] = all;
  const last = all.at(-1);
  if (first === undefined || last === undefined) return `# ${words.title}\n\n${words.none}\n`;
  const half = MOST_TURNS / 2;
  const left = Math.max(all.length - MOST_TURNS, 0);
  const shown = left === 0 ? all : [...all.slice(0, half), ...all.slice(-half)];
  const most = Math.max(
    LEAST_OF_ONE,
    Math.min(MOST_OF_ONE, Math.floor(MOST_CHARACTERS / (2 * shown.length))),
  );
  const parts = shown.map((one, index) => {
    const number = index < half || left === 0 ? index + 1 : index + 1 + left;
    const gap = left > 0 && index === half ? [`*${words.more(left)}*`] : [];
    return [...gap, exchangeText(one, { number, words, most, standing })].join('\n\n');
  });
  return [
    `# ${words.title}`,
    words.intro(all.length, dayOf(first.at), dayOf(last.at)),
    ...(hasOlder ? [words.older] : []),
    `## ${words.tools}`,
    [words.head, '|--:|---|---|---|--:|', ...toolRows(all, words)].join('\n'),
    `## ${words.uses}`,
    ...parts,
    '',
  ].join('\n\n');
}

/** An answer belongs to the turn that the person's message began, the code agents' too. */
function exchangesOf(messages: readonly Message[], models: readonly UsedModel[]): Exchange[] {
  const byTurn = new Map<number, Exchange>();
  for (const message of messages) {
    if (message.turn === null) continue;
    const exchange = byTurn.get(message.turn) ?? {
      at: message.createdAt,
      models: [...new Set(models.filter(({ turn }) => turn === message.turn).map(({ model }) => model))],
      query: '',
      attachments: [],
      output: '',
      calls: [],
    };
    byTurn.set(message.turn, exchange);
    if (message.role === 'user' && (message.agent === undefined || message.agent === 'main')) {
      exchange.query += (exchange.query === '' ? '' : '\n\n') + textOf(message);
      exchange.attachments.push(...(message.attachments ?? []));
    } else if (message.role === 'assistant') {
      const text = textOf(message).trim();
      if (message.agent === 'main' && text !== '')
        exchange.output += (exchange.output === '' ? '' : '\n\n') + text;
      for (const part of message.parts) if (part.type === 'tool') exchange.calls.push(part);
    }
  }
  return [...byTurn.values()].filter(({ query }) => query !== '');
}

function toolRows(all: readonly Exchange[], words: Words): string[] {
  const uses = new Map<string, { first: string; last: string; count: number }>();
  for (const { at, models } of all)
    for (const model of models.length > 0 ? models : [words.unknown]) {
      const use = uses.get(model) ?? { first: at, last: at, count: 0 };
      uses.set(model, { ...use, last: at, count: use.count + 1 });
    }
  return [...uses].map(
    ([model, { first, last, count }], index) =>
      `| ${index + 1} | PaperAgent, ${plain(model)} | ${dayOf(first)} | ${dayOf(last)} | ${count} |`,
  );
}

interface Telling {
  number: number;
  words: Words;
  most: number;
  standing: AiReportSource['standing'];
}

function exchangeText(one: Exchange, { number, words, most, standing }: Telling): string {
  const models = one.models.length > 0 ? one.models.map(plain).join(', ') : words.unknown;
  const actions = actionsOf(one, words, standing);
  return [
    `### ${words.use(number, minuteOf(one.at), models)}`,
    `**${words.query}**`,
    verbatim(shortened(one.query, most, words)),
    ...(one.attachments.length === 0 ? [] : [words.attachments(one.attachments.map(plain).join(', '))]),
    `**${words.output}**`,
    one.output === '' ? words.noOutput : verbatim(shortened(one.output, most, words)),
    ...(actions.length === 0 ? [] : [`**${words.adopted}**`, actions.join('\n')]),
  ].join('\n\n');
}

/** Which tools were called, and the files that they left with how each stands now. */
function actionsOf({ calls }: Exchange, words: Words, standing: AiReportSource['standing']): string[] {
  const counts = new Map<string, number>();
  const files = new Map<string, FileChange>();
  for (const { name, files: changed = [] } of calls) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const file of changed) files.set(file.path, file);
  }
  const called = [...counts].map(([name, count]) => words.call(plain(name), count)).join(', ');
  const lines = [...files.values()].map(({ path, sha256 }) => {
    const how = sha256 === undefined ? 'gone' : standing(path, sha256);
    return `- ${plain(path)}: ${words.standing[how]}`;
  });
  const more = lines.length - MOST_ACTIONS;
  return [
    ...(called === '' ? [] : [`- ${called}`]),
    ...lines.slice(0, MOST_ACTIONS),
    ...(more > 0 ? [`- ${words.moreActions(more)}`] : []),
  ];
}

function shortened(text: string, most: number, words: Words): string {
  if (text.length <= most) return text;
  const head = Math.floor(most * 0.7);
  const tail = most - head;
  return `${text.slice(0, head)}\n${words.left(text.length - most)}\n${text.slice(-tail)}`;
}

/** Word for word: nothing in it is markup, whatever it holds. */
function verbatim(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text.replace(/\r\n?/g, '\n').trim()}\n${fence}`;
}

function dayOf(at: string): string {
  return at.slice(0, 10);
}

function minuteOf(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}
