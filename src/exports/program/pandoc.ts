/** pandoc, as WebAssembly: it sees the bytes that it is given and nothing else (no files, no programs, no network). */
import { PANDOC_PACKAGE } from '../missing-formats.ts';
import type { Block } from '../paper/ast.ts';
import { API_VERSION } from '../paper/ast.ts';
import { missingOr } from './refused.ts';

export interface PandocDocument {
  'pandoc-api-version': number[];
  meta: Record<string, unknown>;
  blocks: Block[];
}

export interface Converted {
  stdout: string;
  stderr: string;
  files: Record<string, Blob>;
}

export type Convert = (
  options: Record<string, unknown>,
  stdin: string,
  files: Record<string, string | Blob>,
) => Promise<Converted>;

/** @throws Refused where the package is not installed */
export async function loadPandoc(): Promise<Convert> {
  const { convert } = (await import(PANDOC_PACKAGE).catch((error: unknown) => {
    throw missingOr(error, PANDOC_PACKAGE);
  })) as { convert: Convert };
  return async (options, stdin, files) => {
    const converted = await convert(options, stdin, files);
    if (/^ERROR|pandoc\.wasm:|^Error/m.test(converted.stderr))
      throw new Error(converted.stderr.slice(0, 2_000));
    return converted;
  };
}

export function documentOf(blocks: Block[], meta: Record<string, unknown> = {}): PandocDocument {
  return { 'pandoc-api-version': API_VERSION, meta, blocks };
}
