/** What the program is handed when it begins: the paper, its style's files, Word's reference documents, fonts (job.ts). */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChineseFonts } from './chinese-fonts.ts';
import type { Job, Opening } from './job.ts';
import type { PaperFormat } from './paper/format.ts';
import { factsOf } from './paper/front-matter.ts';
import { readStyleFiles, SHIPPED_STYLES, type Style } from './style.ts';

export interface PaperOrder {
  source: string;
  /** What stands behind the paper, on pages of its own: Markdown, each with its title. */
  behind?: readonly string[];
  title: string;
  format: PaperFormat;
  style: Style;
}

/** What of the machine decides how it is set. */
export interface HasFonts {
  chinese(): Promise<ChineseFonts | null>;
}

export interface Prepared {
  job: Job;
  /** Word's, by language. */
  references: [name: 'reference-en' | 'reference-zh', bytes: Buffer][];
  fontFiles: readonly string[];
}

export async function prepare(
  { source, behind = [], title, format, style }: PaperOrder,
  tools: HasFonts,
): Promise<Prepared> {
  const { citations } = factsOf(source);
  const [en, zh] = await Promise.all([
    readStyleFiles(style, 'en', citations),
    readStyleFiles(style, 'zh', citations),
  ]);
  const chinese = format === 'pdf' ? await tools.chinese() : null;
  const references: Prepared['references'] = [];
  if (format === 'docx') {
    if (en.reference !== null) references.push(['reference-en', en.reference]);
    if (zh.reference !== null) references.push(['reference-zh', zh.reference]);
  }
  const { id, front, contents, numbersSections, latex, checks, languages } = style;
  const job: Job = {
    source,
    behind,
    title,
    format,
    style: { id, front, contents, numbersSections, latex, checks, languages },
    texts: { en: { typst: en.typst, csl: en.csl }, zh: { typst: zh.typst, csl: zh.csl } },
    common: await readFile(join(SHIPPED_STYLES, 'shared', 'common.typ'), 'utf8'),
    chinese: chinese === null ? null : { serif: chinese.serif, sans: chinese.sans },
  };
  return { job, references, fontFiles: chinese?.files ?? [] };
}

export async function openingOf({
  job,
  references,
  fontFiles,
}: Prepared): Promise<{ opening: Opening; attached: Buffer[] }> {
  const fonts = await Promise.all(fontFiles.map((file) => readFile(file)));
  const attached = [...references, ...fonts.map((bytes) => ['font', bytes] as const)];
  return {
    opening: { job, attached: attached.map(([name]) => name) },
    attached: attached.map(([, bytes]) => bytes),
  };
}

/** What tells one version of each font from another. */
export async function fontStates({ fontFiles }: Prepared): Promise<[string, number, number][]> {
  return await Promise.all(
    fontFiles.map(async (file): Promise<[string, number, number]> => {
      const { size, mtimeMs } = await stat(file);
      return [file, size, mtimeMs];
    }),
  );
}
