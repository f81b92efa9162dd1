/** How citations and the list of references can be written, by the name that a paper's front matter says (O6). */

/** Files of src/exports/styles/shared; LICENCE.md there says whose they are. */
export const CITATION_STYLES = {
  apa: 'apa.csl',
  chicago: 'chicago-author-date.csl',
  'gb-t-7714': 'gb-t-7714-2015-numeric.csl',
  ieee: 'ieee.csl',
  nature: 'nature.csl',
} as const;

export function isCitationStyle(name: string): name is keyof typeof CITATION_STYLES {
  return Object.hasOwn(CITATION_STYLES, name);
}
