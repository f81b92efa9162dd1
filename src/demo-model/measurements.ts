/**
 * The numbers, tables and figures in the text that a run printed. Everything that the demo writes into a paper
 * comes through here: what is not in the text is said to be missing, never made up (F18).
 */
import type { Language } from './language.ts';

/** One printed `kind key=value key=value` line, as text. */
export type Row = Record<string, string>;

export interface Measurements {
  /** The number as a journal prints it, or a phrase that says that the run did not print it. */
  value(key: string): string;
  has(key: string): boolean;
  /** The lines that begin with `kind`. */
  rows(kind: string): Row[];
  /** Paths of the figures named in the text, without repeats. */
  images: string[];
  /** The lines that were understood, in order, as they stood. */
  lines: string[];
}

const PAIR = /([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|\S+)/g;
const LINE = /^(?:([a-z]+) )?[A-Za-z_]\w*=(?:"|\S)/;
const IMAGE = /images\/[^\s`"'()<>|,，。；]+?\.(?:png|svg|jpg)/gi;

export function readMeasurements(text: string, language: Language): Measurements {
  const values = new Map<string, string>();
  const rows: { kind: string; row: Row }[] = [];
  const lines: string[] = [];
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const pairs = [...line.matchAll(PAIR)].map(
      ([, key, value]) => [key ?? '', unquote(value ?? '')] as const,
    );
    // Every word of the line must be a pair: a sentence with one `=` in it is no measurement.
    const rest = line.replace(PAIR, '').trim();
    if (rest !== (match[1] ?? '')) continue;
    lines.push(line);
    if (match[1] !== undefined) rows.push({ kind: match[1], row: Object.fromEntries(pairs) });
    else for (const [key, value] of pairs) values.set(key, value);
  }
  const missing = language === 'zh' ? '（运行输出中没有此数值）' : '(not in the output of the run)';
  return {
    value: (key) => {
      const printed = values.get(key);
      return printed === undefined ? missing : inPrint(key, printed);
    },
    has: (key) => values.has(key),
    rows: (kind) => rows.filter((entry) => entry.kind === kind).map((entry) => entry.row),
    images: [...new Set(text.match(IMAGE) ?? [])],
    lines: [...new Set(lines)],
  };
}

/** A Markdown table of rows with its caption: `columns` maps a key to its heading. Says so when the run printed no such rows. */
export function tableOf(
  rows: Row[],
  columns: [key: string, heading: string][],
  { caption, language }: { caption: string; language: Language },
): string {
  if (rows.length === 0)
    return language === 'zh' ? '（运行输出中没有表格数据）' : '(the run printed no table)';
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(columns.map(([, heading]) => heading)),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map(([key]) => inPrint(key, row[key] ?? '–')))),
    '',
    language === 'zh' ? `表：${caption}` : `Table: ${caption}`,
  ].join('\n');
}

/** Columns of a listing that a page has room for. */
const LISTING_COLUMNS = 90;

/** The lines that were understood, as a listing: one that is too long goes on below, further to the right. */
export function outputOf({ lines }: Measurements): string {
  return lines
    .flatMap((line) => {
      const made = [''];
      for (const word of line.split(' ')) {
        const last = made.at(-1) ?? '';
        if (last.trim() !== '' && last.length + word.length >= LISTING_COLUMNS) made.push(`    ${word}`);
        else made[made.length - 1] = last === '' ? word : `${last} ${word}`;
      }
      return made;
    })
    .join('\n');
}

/** The figure whose path holds `name`, embedded; or a sentence that it is missing. */
export function figureOf(m: Measurements, name: string, caption: string, language: Language): string {
  const path = m.images.find((image) => image.includes(name));
  if (path !== undefined) {
    const says = language === 'zh' ? `下图为：${caption}。` : `The figure below shows: ${caption}.`;
    return `${says}\n\n![${caption}](${path})`;
  }
  return language === 'zh' ? `（运行没有生成图“${caption}”）` : `(The run made no figure "${caption}".)`;
}

/** Counts, which are grouped from a thousand on; other numbers may be years, and are from ten thousand on. */
const COUNTS = new Set('samples n repeats rows columns missing missing_cells distinct times'.split(' '));
/** Names, and numbers that are names. */
const AS_THEY_ARE = new Set(
  'name most a b sheet by file kind source seed result_file column_names'.split(' '),
);
/** Whatever a number is printed in goes before and behind it; a date is none. */
const NUMBER = /^([^\w\s-]?)(-?)(\d+)((?:\.\d+)?)(?![\w.,:/-])/;

/** A printed number as a journal prints it: with a minus sign, and thousands told apart. */
export function inPrint(key: string, printed: string): string {
  if (AS_THEY_ARE.has(key)) return printed;
  const least = COUNTS.has(key) ? 4 : 5;
  return printed.replace(NUMBER, (_all, before: string, sign: string, whole: string, rest: string) => {
    const grouped = whole.length < least ? whole : whole.replace(/(?<=\d)(?=(?:\d{3})+$)/g, ',');
    return `${before}${sign === '' ? '' : '−'}${grouped}${rest}`;
  });
}

function unquote(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value; // Not a JSON string: shown as it was printed.
  }
}
