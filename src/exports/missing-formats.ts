/** What this installation cannot make, for an optional package is not there (O11). */
import { createRequire } from 'node:module';
import { MADE_OF_PAPER, type MadeOfPaper } from './paper/format.ts';

export const PANDOC_PACKAGE = 'pandoc-wasm';
export const TYPST_PACKAGE = '@myriaddreamin/typst-ts-node-compiler';

const require = createRequire(import.meta.url);

export function missingFormats(): { format: MadeOfPaper; reason: string }[] {
  const packages: [string, readonly MadeOfPaper[]][] = [
    [PANDOC_PACKAGE, MADE_OF_PAPER],
    [TYPST_PACKAGE, ['pdf', 'ai_report', 'pack']],
  ];
  const missing = new Map<MadeOfPaper, string>();
  for (const [name, formats] of packages) {
    if (isInstalled(name)) continue;
    for (const format of formats) if (!missing.has(format)) missing.set(format, missingPackage(name));
  }
  return [...missing].map(([format, reason]) => ({ format, reason }));
}

/** A sentence for whoever cannot have a format. */
export function missingPackage(name: string): string {
  return `The package ${name} is not installed on this server: npm install adds it, where the machine can have it.`;
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}
