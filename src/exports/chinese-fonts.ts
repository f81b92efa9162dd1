/** Fonts with Chinese characters for PDFs (O5): what the operator or the sandbox's set-up brought, else the machine's. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface ChineseFonts {
  /** For text, and for headings; the same where there is one alone. */
  serif: string;
  sans: string;
  /** Their files. */
  files: string[];
}

interface Known {
  file: RegExp;
  family: string;
  kind: 'serif' | 'sans';
}

/** In the order in which they are taken. Families that hold other scripts' shapes of the same characters are not. */
const KNOWN: Known[] = [
  { file: /^NotoSerifSC-Regular\.(?:otf|ttf)$/, family: 'Noto Serif SC', kind: 'serif' },
  { file: /^NotoSerifCJK(?:sc)?-Regular\.(?:ttc|otf)$/, family: 'Noto Serif CJK SC', kind: 'serif' },
  { file: /^SourceHanSerif(?:SC|CN)-Regular\.otf$/, family: 'Source Han Serif SC', kind: 'serif' },
  { file: /^Songti\.ttc$/, family: 'Songti SC', kind: 'serif' },
  { file: /^simsun\.ttc$/i, family: 'SimSun', kind: 'serif' },
  { file: /^NotoSansSC-Regular\.(?:otf|ttf)$/, family: 'Noto Sans SC', kind: 'sans' },
  { file: /^NotoSansCJK(?:sc)?-Regular\.(?:ttc|otf)$/, family: 'Noto Sans CJK SC', kind: 'sans' },
  { file: /^SourceHanSans(?:SC|CN)-Regular\.otf$/, family: 'Source Han Sans SC', kind: 'sans' },
  { file: /^simhei\.ttf$/i, family: 'SimHei', kind: 'sans' },
  { file: /^wqy-zenhei\.ttc$/, family: 'WenQuanYi Zen Hei', kind: 'sans' },
];

const MOST_DEPTH = 4;

/** @param folders searched in this order, with what is in them; those that are not there are passed over */
export async function findChineseFonts(folders: readonly string[]): Promise<ChineseFonts | null> {
  const found = new Map<Known, string>();
  for (const folder of folders) await search(folder, 0, found);
  const first = (kind: Known['kind']) => KNOWN.find((known) => known.kind === kind && found.has(known));
  const serif = first('serif') ?? first('sans');
  const sans = first('sans') ?? serif;
  if (serif === undefined || sans === undefined) return null;
  const files = [serif, sans].map((known) => found.get(known) as string);
  return { serif: serif.family, sans: sans.family, files: [...new Set(files)] };
}

async function search(folder: string, depth: number, found: Map<Known, string>): Promise<void> {
  // A folder that cannot be read has no fonts for us.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth < MOST_DEPTH) await search(path, depth + 1, found);
      continue;
    }
    const known = KNOWN.find(({ file }) => file.test(entry.name));
    if (known !== undefined && !found.has(known)) found.set(known, path);
  }
}
