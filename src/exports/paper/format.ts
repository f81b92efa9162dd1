/** What a paper can be made into. */
export const PAPER_FORMATS = ['pdf', 'docx', 'latex', 'html'] as const;

export type PaperFormat = (typeof PAPER_FORMATS)[number];

export function isPaperFormat(format: string): format is PaperFormat {
  return PAPER_FORMATS.some((known) => known === format);
}

/** What is made of one paper of a Work: documents, and what holds one. */
export const MADE_OF_PAPER = [...PAPER_FORMATS, 'ai_report', 'pack'] as const;

export type MadeOfPaper = (typeof MADE_OF_PAPER)[number];

export function isMadeOfPaper(format: string): format is MadeOfPaper {
  return MADE_OF_PAPER.some((known) => known === format);
}

/** Of formats whose name is no ending. */
const ENDINGS: Readonly<Record<string, string>> = {
  latex: 'zip',
  bundle: 'zip',
  pack: 'zip',
  ai_report: 'pdf',
};

/** How the name of a file of this format ends, without the dot. */
export function endingOf(format: string): string {
  return ENDINGS[format] ?? format;
}
