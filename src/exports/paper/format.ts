/** What a paper can be made into. */
export const PAPER_FORMATS = ['pdf', 'docx', 'latex', 'html'] as const;

export type PaperFormat = (typeof PAPER_FORMATS)[number];

export function isPaperFormat(format: string): format is PaperFormat {
  return PAPER_FORMATS.some((known) => known === format);
}
