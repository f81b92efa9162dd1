/**
 * The paper as its readers know it (V9): figures, tables and formulas have numbers and captions, and are called by them,
 * counted as an export counts (src/exports/paper/labels.ts). Each line stays a line, and each block a block, so that a
 * place of what is drawn is a place of what was written.
 */
import { languageOf } from './language-of.ts';
import { type WrittenLine, writtenLines } from './written-lines.ts';

/** A picture alone on its line: what it shows, where it is, and its attributes. */
const FIGURE = /^( {0,3})(!\[([^[\]]*(?:\[[^[\]]*\][^[\]]*)*)\]\([^()]*\))[ \t]*(?:\{([^{}]*)\})?$/;
/** A number before a caption is the writer's own: here it is counted. */
const FIGURE_NUMBER = /^(?:figure|fig\.?|图)\s*\d+(?:[.-]\d+)*\s*[.:：、—–-]?\s*/i;
/** A paragraph of emphasis below a picture is its caption, as the writer has set it. */
const OWN_CAPTION = /^ {0,3}([*_])(?![*_\s]).*\1[ \t]*$/;
const TABLE_CAPTION =
  /^( {0,3})(\*{1,2}|_{1,2})?(?:table|表)(?:\s*\d+(?:[.-]\d+)*\s*[.:：、—–-]?|\s*[:：])(\*{1,2}|_{1,2})?\s*/i;
const HEADING = /^ {0,3}#{1,6}[ \t]+/;
/** What may end a sentence behind a displayed formula. */
const ENDING = /[.,;:。，；：]$/;
const TAG = /\\tag\{([^{}]*)\}/;
/** What is left as it is, or a reference, which no letter of Latin script, digit or dot stands right before. */
const KEPT_OR_REFERENCE =
  /`+[^`]*`+|<!--.*?(?:-->|$)|(?<![A-Za-z0-9_.@])@((?:fig|tbl|tab|eq|sec):[A-Za-z0-9](?:[A-Za-z0-9_.:-]*[A-Za-z0-9_])?)/g;

const NAMES = {
  en: { fig: 'Figure', tbl: 'Table', eq: 'Equation', end: '.' },
  zh: { fig: '图', tbl: '表', eq: '式', end: '' },
};
const NBSP = '\u00a0';

export function withNumbers(source: string): string {
  if (!/!\[|\{#|@(?:fig|tbl|tab|eq|sec):|table|表/i.test(source)) return source;
  const names = NAMES[languageOf(source)];
  const counts = { fig: 0, tbl: 0, eq: 0 };
  /** What a label is called. */
  const called = new Map<string, string>();
  const remember = (label: string | undefined, name: string) => {
    if (label !== undefined && !called.has(label)) called.set(label, name);
  };
  const next = (kind: 'fig' | 'tbl', attributes: string): string => {
    counts[kind] += 1;
    const name = `${names[kind]}${NBSP}${counts[kind]}`;
    remember(labelIn(attributes), name);
    return `**${name}${names.end}**`;
  };

  const lines = writtenLines(source);
  const isBlank = (at: number) => (lines[at]?.text ?? '').trim() === '';
  const isFigure = (at: number) => lines[at]?.from === 0 && FIGURE.test(lines[at].text.trimEnd());

  const made = lines.map(({ text, from }) => ({ text, from }));
  for (const [at, { text, from }] of lines.entries()) {
    if (from !== 0) continue;
    const figure = FIGURE.exec(text.trimEnd());
    if (figure !== null) {
      const [, indent = '', picture = '', shows = '', attributes = ''] = figure;
      const isAlone = [at - 1, at + 1].every((beside) => isBlank(beside) || isFigure(beside));
      const caption = shows.replace(FIGURE_NUMBER, '').trim();
      const isNumbered = isAlone && (caption !== '' || labelIn(attributes) !== undefined);
      const number = isNumbered ? next('fig', attributes) : '';
      const isShown = isNumbered && !hasOwnCaption(at);
      set(at, `${indent}${picture}${isShown ? ` ${captioned(`${number} ${caption}`)}` : ''}`);
    } else if (isBlank(at - 1) && TABLE_CAPTION.test(text) && isBesideTable(at)) table(at);
    else {
      const ending = ENDING.exec(text.trimEnd())?.[0] ?? '';
      const ended = withAttributes(ending === '' ? text : text.trimEnd().slice(0, -1));
      if (ended === null) continue;
      const label = /^#((?:sec|eq):\S+)/.exec(ended.attributes)?.[1];
      if (label === undefined) continue;
      const { before } = ended;
      if (label.startsWith('sec:')) {
        if (ending !== '' || !HEADING.test(before)) continue;
        remember(label, `“${before.replace(HEADING, '')}”`);
        set(at, before);
        continue;
      }
      if (!before.endsWith('$$')) continue;
      const tex = before.slice(0, -2);
      const own = TAG.exec(tex)?.[1];
      if (own === undefined) counts.eq += 1;
      remember(label, `${names.eq}${NBSP}(${own ?? counts.eq})`);
      set(at, `${tex}${own === undefined ? ` \\tag{${counts.eq}}` : ''}$$${ending}`);
    }
  }
  return made.map(referring).join('\n');

  function set(at: number, text: string): void {
    made[at] = { text, from: 0 };
  }

  /** The caption of the table beside it, which may go over several lines. */
  function table(at: number): void {
    let end = at;
    while (!isBlank(end + 1) && end + 1 < lines.length) end += 1;
    const written = lines.slice(at, end + 1).map(({ text }) => text);
    const { before, attributes } = withAttributes(written.at(-1) ?? '') ?? {
      before: written.at(-1) ?? '',
      attributes: '',
    };
    written[written.length - 1] = before;
    const [, indent = '', opened = '', closed = ''] = TABLE_CAPTION.exec(written[0] ?? '') ?? [];
    written[0] = (written[0] ?? '').replace(TABLE_CAPTION, '');
    // All of it was bold: then its end is too.
    const last = written.length - 1;
    if (opened !== '' && closed === '' && written[last]?.endsWith(opened))
      written[last] = (written[last] ?? '').slice(0, -opened.length);
    written[0] = `${indent}<span class="caption">${next('tbl', attributes)} ${written[0]}`;
    written[last] = `${written[last]}</span>`;
    for (const [more, text] of written.entries()) set(at + more, text);
  }

  function hasOwnCaption(at: number): boolean {
    let after = at + 1;
    while (after < lines.length && isBlank(after)) after += 1;
    return OWN_CAPTION.test(lines[after]?.text ?? '') && isBlank(after + 1);
  }

  function isBesideTable(at: number): boolean {
    let after = at;
    while (after < lines.length && !isBlank(after)) after += 1;
    while (after < lines.length && isBlank(after)) after += 1;
    let before = at - 1;
    while (before >= 0 && isBlank(before)) before -= 1;
    return [lines[before], lines[after]].some((line) => line?.from === 0 && line.text.includes('|'));
  }

  function referring({ text, from }: WrittenLine): string {
    if (from === null || !text.includes('@')) return text;
    const shown = text
      .slice(from)
      .replace(KEPT_OR_REFERENCE, (all, label?: string) =>
        label === undefined ? all : (called.get(label.replace(/^tab:/, 'tbl:')) ?? all),
      );
    return text.slice(0, from) + shown;
  }
}

/** A line that ends with attributes in braces, and what stands before them; each part is looked at once. */
function withAttributes(line: string): { before: string; attributes: string } | null {
  const text = line.trimEnd();
  const opened = text.lastIndexOf('{');
  if (opened < 0 || !text.endsWith('}')) return null;
  const attributes = text.slice(opened + 1, -1);
  return attributes.includes('}') ? null : { before: text.slice(0, opened).trimEnd(), attributes };
}

function captioned(text: string): string {
  return `<span class="caption">${text.trim()}</span>`;
}

function labelIn(attributes: string): string | undefined {
  return /(?:^|\s)#((?:fig|tbl|tab):\S+)/.exec(attributes)?.[1]?.replace(/^tab:/, 'tbl:');
}
