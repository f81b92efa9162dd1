/** A style: how a paper is set. A folder with `style.json` and the files that it names; docs/export.md says how to write one. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { codeOf, unlessMissing } from '../system-error.ts';
import { CITATION_STYLES, isCitationStyle } from './citation-styles.ts';

const text = z.object({ en: z.string().max(300), zh: z.string().max(300) });
const fileName = z.string().regex(/^[\w-][\w.-]{0,80}$/);

const styleShape = z.object({
  name: text,
  description: text,
  languages: z.array(z.enum(['en', 'zh'])).min(1),
  /** The typst file, which exports `paper`. */
  typst: fileName,
  /** Word's document with the styles. */
  reference: z.object({ en: fileName, zh: fileName }).partial(),
  /** How citations and references are written. */
  csl: z.object({ en: fileName, zh: fileName }),
  latex: z.object({
    class: z.object({ en: z.string(), zh: z.string() }),
    fontSize: z.string().regex(/^\d{1,2}pt$/),
    paper: z.enum(['a4', 'letter']),
    margin: z.string().regex(/^\d+(?:\.\d+)?(?:cm|mm|in)$/),
  }),
  /**
   * What comes before the text: its title and abstract stand `above` it, fill a `page` of their own, or a contest's summary
   * `sheet`, with the team's number at the top of each page behind it.
   */
  front: z.enum(['above', 'page', 'sheet']).default('above'),
  /** Where a contest wants the report on the use of AI: `behind` the paper, or `apart` from it. */
  aiReport: z.enum(['behind', 'apart']).optional(),
  /** Bytes that the contest takes of a file: of the paper, and of all that supports it. */
  mostBytes: z.number().int().positive().optional(),
  /** What a reviewer judges such a paper by, beside what it judges all papers by (H5). */
  rubric: z
    .object({ en: z.array(z.string().max(400)).max(20), zh: z.array(z.string().max(400)).max(20) })
    .partial()
    .optional(),
  contents: z.boolean(),
  numbersSections: z.boolean(),
  checks: z
    .object({
      /** Pages of the PDF, an appendix included or not. */
      mostPages: z.number().int().positive(),
      appendixCounts: z.boolean(),
      /** The abstract stands on one page. */
      abstractPage: z.boolean(),
      /** Facts that the front matter has to say. */
      needs: z.array(z.enum(['team', 'problem', 'year', 'authors'])),
      /** Neither text nor front matter names people. */
      anonymous: z.boolean(),
      /** The text names no path of a machine and no tool of ours. */
      leaks: z.boolean(),
    })
    .partial(),
});

export interface Style extends z.infer<typeof styleShape> {
  id: string;
  /** Where its files are. */
  folder: string;
}

export const SHIPPED_STYLES = fileURLToPath(new URL('./styles/', import.meta.url));
/** The operator's own, under PA_DATA. */
export function stylesFolder(dataDir: string): string {
  return join(dataDir, 'styles');
}

export const USUAL_STYLE = 'article';

/** The styles that ship, and the operator's own; one of theirs takes the place of one that ships. */
export async function listStyles(ownFolder: string): Promise<{ styles: Style[]; problems: string[] }> {
  const found = new Map<string, Style>();
  const problems: string[] = [];
  for (const folder of [SHIPPED_STYLES, ownFolder]) {
    for (const id of await foldersIn(folder)) {
      try {
        const read = styleShape.parse(JSON.parse(await readFile(join(folder, id, 'style.json'), 'utf8')));
        found.set(id, { ...read, id, folder: join(folder, id) });
      } catch (error) {
        problems.push(`the style ${id} is left out: its style.json cannot be read (${reasonOf(error)})`);
      }
    }
  }
  return { styles: [...found.values()], problems };
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter(
        (entry) => entry.isDirectory() && /^[a-z][\w-]{0,40}$/.test(entry.name) && entry.name !== 'shared',
      )
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error).replace(/\s+/g, ' ');
  return (error as Error).message;
}

/** Files of a style as the program needs them. */
export interface StyleFiles {
  typst: string;
  reference: Buffer | null;
  csl: string;
}

/**
 * A file that is not in the style's folder is one that all share.
 * @param citations how the paper wants citations, where it says; what is no such name changes nothing
 */
export async function readStyleFiles(
  style: Style,
  language: 'en' | 'zh',
  citations?: string,
): Promise<StyleFiles> {
  const read = async (name: string): Promise<Buffer> => {
    for (const folder of [style.folder, join(SHIPPED_STYLES, 'shared')]) {
      const bytes = await unlessMissing(readFile(join(folder, name)));
      if (bytes !== undefined) return bytes;
    }
    throw new Error(`the style ${style.id} names ${name}, which is not in its folder`);
  };
  const reference = style.reference[language];
  const chosen =
    citations !== undefined && isCitationStyle(citations) ? CITATION_STYLES[citations] : undefined;
  return {
    typst: (await read(style.typst)).toString('utf8'),
    reference: reference === undefined ? null : await read(reference),
    csl: (await read(chosen ?? style.csl[language])).toString('utf8'),
  };
}
