/** Who is asked whether a work exists (O6), in the order in which they are asked. */
export const SOURCES = ['doi', 'crossref', 'openalex', 'semantic_scholar', 'arxiv'] as const;

export type Source = (typeof SOURCES)[number];

/** As a sentence names them. */
export const SOURCE_NAMES: Record<Source, string> = {
  doi: 'doi.org',
  crossref: 'Crossref',
  openalex: 'OpenAlex',
  semantic_scholar: 'Semantic Scholar',
  arxiv: 'arXiv',
};
