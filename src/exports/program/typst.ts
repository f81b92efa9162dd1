/** typst, for PDF and for trying formulas and pictures alone: its root is empty, and no package can be fetched. */
import { createRequire } from 'node:module';
import { TYPST_PACKAGE } from '../missing-formats.ts';
import { typstText } from '../paper/set-apart.ts';
import { missingOr } from './refused.ts';

/** As far as it is used here. */
interface NodeCompiler {
  mapShadow(path: string, content: Buffer): void;
  compile(what: { mainFileContent: string }): {
    hasError(): boolean;
    result: { numOfPages: number } | null;
    takeDiagnostics?(): { shortDiagnostics: { message?: string }[] } | null;
    takeWarnings(): { shortDiagnostics: { message?: string }[] } | null;
  };
  query(what: { mainFileContent: string }, how: { selector: string; field: string }): unknown;
  pdf(compiled: unknown, options: { creationTimestamp: number; pdfStandard?: string }): Buffer;
}

export interface Typst {
  /** A file that sources may name. */
  add(name: string, bytes: Uint8Array): void;
  /** Whether there is a font of that family that it can read. */
  hasFont(family: string): boolean;
  /** Whether a character of it has no glyph in any font. */
  lacksGlyphs(source: string): boolean;
  /** null where it compiles, else why not. */
  problemIn(source: string): string | null;
  /** What `page-mark` said, in the order of the document. */
  marks(source: string): { name: string; page: number }[];
  /** @throws Error with what typst said */
  pdf(source: string): { bytes: Buffer; pages: number };
}

/** A folder that does not exist: whatever a source names that was not added is not there. */
const ROOT = '/paper';

function loadCompiler(): { create(options: object): NodeCompiler } {
  try {
    return createRequire(import.meta.url)(TYPST_PACKAGE).NodeCompiler;
  } catch (error) {
    throw missingOr(error, TYPST_PACKAGE);
  }
}

/** @param fonts files, besides those that it brings along. @throws Refused where the package is not installed */
export function loadTypst(fonts: readonly Buffer[]): Typst {
  const Compiler = loadCompiler();
  const compiler = Compiler.create({ workspace: ROOT, fontArgs: [{ fontBlobs: fonts }] });
  const compile = (source: string) => {
    const compiled = compiler.compile({ mainFileContent: source });
    if (!compiled.hasError() && compiled.result !== null) return { result: compiled.result };
    const said = compiled.takeDiagnostics?.()?.shortDiagnostics[0]?.message;
    return { problem: said ?? 'typst gives no reason' };
  };
  return {
    add: (name, bytes) => compiler.mapShadow(`${ROOT}/${name}`, Buffer.from(bytes)),
    hasFont: (family) => {
      const compiled = compiler.compile({ mainFileContent: `#set text(font: ${typstText(family)})\nx` });
      const said = compiled.takeWarnings()?.shortDiagnostics ?? [];
      return !said.some(({ message = '' }) => message.startsWith('unknown font family'));
    },
    lacksGlyphs: (source) => {
      const compiled = compile(source);
      if ('problem' in compiled) return false;
      try {
        // typst prints boxes without a word, unless a document that is to be kept for ever is asked of it.
        compiler.pdf(compiled.result, { creationTimestamp: 0, pdfStandard: 'a-2b' });
        return false;
      } catch (error) {
        return /could not be displayed/.test((error as Error).message);
      }
    },
    problemIn: (source) => {
      const compiled = compile(source);
      return 'problem' in compiled ? compiled.problem : null;
    },
    marks: (source) =>
      compiler.query({ mainFileContent: source }, { selector: '<page-mark>', field: 'value' }) as {
        name: string;
        page: number;
      }[],
    pdf: (source) => {
      const compiled = compile(source);
      if ('problem' in compiled) throw new Error(`typst: ${compiled.problem}`);
      const bytes = compiler.pdf(compiled.result, { creationTimestamp: 0 });
      return { bytes, pages: compiled.result.numOfPages };
    },
  };
}
