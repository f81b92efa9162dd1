/** What the editor's buttons write around or before what is selected (V46). Pure. */

/** A piece of text that takes the place of `from` to `to`, and what is selected then; all in UTF-16 code units. */
export interface Edit {
  from: number;
  to: number;
  insert: string;
  select: { from: number; to: number };
}

export interface Selection {
  from: number;
  to: number;
}

export type Markup = 'bold' | 'italic' | 'formula' | 'link' | 'heading' | 'list';

const AROUND = { bold: '**', italic: '*', formula: '$' } as const;

export function markup(kind: Markup, text: string, selection: Selection): Edit {
  if (kind === 'link') return link(text, selection);
  if (kind === 'heading' || kind === 'list') return lines(kind, text, selection);
  return around(AROUND[kind], text, selection);
}

/** Put around what is selected, or taken away where it is there. */
function around(sign: string, text: string, { from, to }: Selection): Edit {
  if (isAround(sign, text, { from, to })) {
    const outer = { from: from - sign.length, to: to + sign.length };
    const insert = text.slice(from, to);
    return { ...outer, insert, select: { from: outer.from, to: outer.from + insert.length } };
  }
  const insert = `${sign}${text.slice(from, to)}${sign}`;
  return { from, to, insert, select: { from: from + sign.length, to: to + sign.length } };
}

function isAround(sign: string, text: string, { from, to }: Selection): boolean {
  if (!sign.startsWith('*')) return text.endsWith(sign, from) && text.startsWith(sign, to);
  const before = /\**$/.exec(text.slice(0, from))?.[0].length ?? 0;
  const after = /^\**/.exec(text.slice(to))?.[0].length ?? 0;
  const stars = Math.min(before, after);
  // One is slanted, two are bold, three are both.
  return sign.length === 2 ? stars >= 2 : stars % 2 === 1;
}

/** What is selected becomes the words, and the address is what is to be typed. */
function link(text: string, { from, to }: Selection): Edit {
  const insert = `[${text.slice(from, to)}](https://)`;
  const at = from === to ? from + 1 : from + insert.length - 1;
  return { from, to, insert, select: { from: at, to: at } };
}

/** Of each line that is selected: a heading one level deeper, from ### back to none; a list's item, or no longer one. */
function lines(kind: 'heading' | 'list', text: string, { from, to }: Selection): Edit {
  const begin = text.lastIndexOf('\n', from - 1) + 1;
  const next = text.indexOf('\n', to);
  const end = next < 0 ? text.length : next;
  const old = text.slice(begin, end).split('\n');
  const isList = old.every((line) => /^\s*[-*] /.test(line) || line === '');
  const insert = old.map((line) => (kind === 'heading' ? heading(line) : item(line, isList))).join('\n');
  const select = old.length === 1 ? begin + insert.length : null;
  return {
    ...{ from: begin, to: end, insert },
    select: { from: select ?? begin, to: select ?? begin + insert.length },
  };
}

function heading(line: string): string {
  const [, signs = '', words = ''] = /^(#*)\s*(.*)$/.exec(line) ?? [];
  if (signs === '') return `## ${words}`;
  return signs.length < 3 ? `${signs}# ${words}` : words;
}

function item(line: string, isList: boolean): string {
  if (line === '') return line;
  return isList ? line.replace(/^(\s*)[-*] /, '$1') : `- ${line}`;
}

/** A picture on a line of its own, its caption to be typed. */
export function pictureAt(text: string, at: number, path: string): Edit {
  const before = at === 0 || text.slice(0, at).endsWith('\n\n') ? '' : text[at - 1] === '\n' ? '\n' : '\n\n';
  const after = text.slice(at).startsWith('\n') || at === text.length ? '\n' : '\n\n';
  const caption = at + before.length + 2;
  return {
    ...{ from: at, to: at, insert: `${before}![](${path})${after}` },
    select: { from: caption, to: caption },
  };
}

/** What a pasted picture is called: clipboards call each the same, and none may take another's place. */
export function pictureName(file: { name: string; type: string }, now: Date): string {
  const stamp = now
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(/[-:]/g, '')
    .replace('T', '-');
  const ending =
    /\.[a-z0-9]+$/i.exec(file.name)?.[0] ?? `.${file.type.split('/')[1]?.split('+')[0] ?? 'png'}`;
  const stem = file.name.slice(0, file.name.length - (/\.[a-z0-9]+$/i.exec(file.name)?.[0].length ?? 0));
  return `${/^image$|^$/i.test(stem) ? 'picture' : stem}-${stamp}${ending.toLowerCase()}`;
}
