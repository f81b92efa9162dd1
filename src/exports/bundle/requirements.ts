/** What of an environment's packages the scripts of a bundle import (T14). */

/** Distributions whose modules have other names. */
const DISTRIBUTIONS: Record<string, string> = {
  bs4: 'beautifulsoup4',
  cv2: 'opencv-python-headless',
  docx: 'python-docx',
  mpl_toolkits: 'matplotlib',
  PIL: 'pillow',
  pulp: 'pulp',
  skimage: 'scikit-image',
  sklearn: 'scikit-learn',
  yaml: 'pyyaml',
};
/** What pandas opens files by, without a script's naming it. */
const BY_PANDAS: [RegExp, string][] = [
  [/\b(?:read_excel|to_excel|ExcelWriter)\b/, 'openpyxl'],
  [/\b(?:read|to)_parquet\b/, 'pyarrow'],
];
const IMPORT = /^[ \t]*(?:from[ \t]+([A-Za-z_]\w*)|import[ \t]+([A-Za-z_][\w., \t]*))/gm;

export interface Requirements {
  /** requirements.txt: the packages that the scripts name, bound by the constraints. */
  requirements: string;
  /** constraints.txt: every package of the environment, by version. */
  constraints: string;
}

/** @param packages as pip has them, such as `numpy==2.2.6 ; python_full_version < '3.11'` */
export function requirementsOf(scripts: readonly string[], packages: readonly string[]): Requirements {
  const known = new Map(packages.map((line) => [normalised(/^[\w.-]+/.exec(line)?.[0] ?? ''), line]));
  const wanted = new Set(
    scripts.flatMap((script) => [...importsOf(script)]).filter((name) => known.has(name)),
  );
  return {
    requirements: ['-c constraints.txt', ...[...wanted].sort(), ''].join('\n'),
    constraints: [...packages.toSorted(), ''].join('\n'),
  };
}

function importsOf(script: string): Set<string> {
  const names = new Set<string>();
  for (const [, from, list] of script.matchAll(IMPORT))
    for (const module of from === undefined ? (list ?? '').split(',') : [from]) {
      const name = /^\s*([A-Za-z_]\w*)/.exec(module)?.[1];
      if (name !== undefined) names.add(normalised(DISTRIBUTIONS[name] ?? name));
    }
  for (const [words, name] of BY_PANDAS) if (words.test(script)) names.add(name);
  return names;
}

function normalised(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
