/** What this installation cannot make, for an optional package is not there (O11). */
import { createRequire } from 'node:module';
import { PAPER_FORMATS, type PaperFormat } from './paper/format.ts';

export const PANDOC_PACKAGE = 'pandoc-wasm';
export const TYPST_PACKAGE = '@myriaddreamin/typst-ts-node-compiler';

const require = createRequire(import.meta.url);

export function missingFormats(): { format: PaperFormat; reason: string }[] {
  const packages: [string, readonly PaperFormat[]][] = [
    [PANDOC_PACKAGE, PAPER_FORMATS],
    [TYPST_PACKAGE, ['pdf']],
  ];
  const missing = new Map<PaperFormat, string>();
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
