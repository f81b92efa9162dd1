/** What a paper lets slip that is no reader's business (O7): who wrote it, where on a machine, with which tools. */
import { nodesOf } from '../program/walk.ts';
import { type Block, type CodeBlockNode, type Inline, type Problem, plainOf, type TableNode } from './ast.ts';

export interface Leak {
  kind: 'identity' | 'path' | 'tool';
  words: string;
  line?: number;
}

const MAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
/** Folders of people and of the machine that the runs were made on. */
const PATH =
  /(?<![\w/.])(?:\/(?:home|Users|root|tmp|workspace)\/[\w.-][\w./-]*|[A-Z]:\\{1,2}[\w.-][\w.\\-]*)/g;
/** Ours that no other program is likely to have. */
export const TOOL_NAMES = [
  'add_reference',
  'ask_person',
  'check_paper',
  'code_agent',
  'list_attachments',
  'read_attachment',
  'run_python',
  'search_literature',
  'writemd',
] as const;
const TOOL = new RegExp(`\\b(?:${TOOL_NAMES.join('|')})\\b`, 'g');
const MOST_OF_KIND = 5;

/** Each once, where it stands first. @param names of the people who wrote it */
export function leaksIn(blocks: readonly Block[], names: readonly string[]): Leak[] {
  const found = new Map<string, Leak>();
  const counts = { identity: 0, path: 0, tool: 0 };
  const note = (kind: Leak['kind'], words: string, line: number | undefined) => {
    const key = `${kind} ${words}`;
    if (found.has(key) || counts[kind] >= MOST_OF_KIND) return;
    counts[kind] += 1;
    found.set(key, { kind, words: words.slice(0, 80), ...(line === undefined ? {} : { line }) });
  };
  for (const { text, line, isCode } of linesOfText(blocks)) {
    for (const name of names) if (name.length > 1 && text.includes(name)) note('identity', name, line);
    for (const [mail] of text.matchAll(MAIL)) note('identity', mail, line);
    for (const [path] of text.matchAll(PATH)) note('path', path, line);
    // Code calls functions by what names it likes.
    if (!isCode) for (const [tool] of text.matchAll(TOOL)) note('tool', tool, line);
  }
  return [...found.values()];
}

/** @param anonymous whether nobody may be named; `leaks`: whether paths and tools may not be */
export function leakProblems(
  blocks: readonly Block[],
  {
    names,
    anonymous = false,
    leaks = false,
  }: { names: readonly string[]; anonymous?: boolean | undefined; leaks?: boolean | undefined },
): Problem[] {
  if (!anonymous && !leaks) return [];
  return leaksIn(blocks, names).flatMap(({ kind, words, line }): Problem[] => {
    if (kind === 'identity' ? !anonymous : !leaks) return [];
    return [{ ...SAID[kind](words), ...(line === undefined ? {} : { line }) }];
  });
}

const SAID: Record<Leak['kind'], (words: string) => { code: string; message: string }> = {
  identity: (words) => ({
    code: 'identity_in_text',
    message: `This contest wants no names, and the text says who you are: ${words}`,
  }),
  path: (words) => ({
    code: 'path_in_text',
    message: `A path of a machine stands in the text: ${words}. Its readers have no such file: name the file alone.`,
  }),
  tool: (words) => ({
    code: 'tool_in_text',
    message: `The text names a tool of this program, ${words}, which its readers do not know: say what was done.`,
  }),
};

function* linesOfText(
  blocks: unknown,
): Generator<{ text: string; line: number | undefined; isCode: boolean }> {
  for (const node of nodesOf(blocks)) {
    const { line } = node as { line?: number };
    if (node.t === 'CodeBlock') {
      const [, code] = (node as unknown as CodeBlockNode).c;
      for (const [index, text] of code.split('\n').entries())
        yield { text, line: line === undefined ? undefined : line + index, isCode: true };
    } else yield* inlinesIn(node).map((c) => ({ text: plainOf(c), line, isCode: false }));
  }
}

function inlinesIn(node: { t: string; c?: unknown }): Inline[][] {
  switch (node.t) {
    case 'Para':
    case 'Plain':
      return [node.c as Inline[]];
    case 'Header':
      return [(node.c as [unknown, unknown, Inline[]])[2]];
    case 'Figure':
      return [(node as unknown as { caption: Inline[] }).caption];
    case 'Table': {
      const { caption, head, rows } = node as unknown as TableNode;
      return [caption, ...head, ...rows.flat()];
    }
    default:
      return [];
  }
}
