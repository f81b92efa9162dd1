/** What this installation cannot make, for an optional package is not there (O11), and what can be had in its place. */
import { createRequire } from 'node:module';
import { MADE_OF_PAPER, type MadeOfPaper } from './paper/format.ts';

export const PANDOC_PACKAGE = 'pandoc-wasm';
export const TYPST_PACKAGE = '@myriaddreamin/typst-ts-node-compiler';

const require = createRequire(import.meta.url);

const WITHOUT: { name: string; formats: readonly MadeOfPaper[]; sentence: string }[] = [
  {
    name: PANDOC_PACKAGE,
    formats: MADE_OF_PAPER.filter((format) => format !== 'html'),
    sentence:
      'PDF, Word and LaTeX need the package pandoc-wasm, which this server does not have (npm install adds it, where the ' +
      'machine can have it); HTML, which a browser prints as PDF, and the bundle with the Markdown and its figures can be had now.',
  },
  {
    name: TYPST_PACKAGE,
    formats: ['pdf', 'ai_report', 'pack'],
    sentence:
      `PDF needs the package ${TYPST_PACKAGE}, which this server does not have (npm install adds it, where the machine ` +
      'can have it); Word, LaTeX, and HTML, which a browser prints as PDF, can be had now.',
  },
];

/** @param has whether a package can be loaded here; another one in tests */
export function missingFormats(
  has: (name: string) => boolean = isInstalled,
): { format: MadeOfPaper; reason: string }[] {
  const missing = new Map<MadeOfPaper, string>();
  for (const { name, formats, sentence } of WITHOUT) {
    if (has(name)) continue;
    for (const format of formats) if (!missing.has(format)) missing.set(format, sentence);
  }
  return [...missing].map(([format, reason]) => ({ format, reason }));
}

/** A sentence for whoever cannot have a format. */
export function missingPackage(name: string): string {
  return WITHOUT.find((one) => one.name === name)?.sentence ?? `The package ${name} is not installed.`;
}

/** The package itself, and, where it brings a program of its own for each machine, one of them. */
function isInstalled(name: string): boolean {
  const programs = programsOf(name);
  return isThere(name) && (programs.length === 0 || programs.some(isThere));
}

function programsOf(name: string): string[] {
  const file = `${name}/package.json`;
  if (!isThere(file)) return [];
  const { optionalDependencies = {} } = require(file) as { optionalDependencies?: Record<string, string> };
  return Object.keys(optionalDependencies).filter((other) => other.startsWith(`${name}-`));
}

function isThere(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}
