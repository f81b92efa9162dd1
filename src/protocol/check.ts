/** REST bodies of the paper check: what is wrong with a paper (O9, P20). */
import { z } from 'zod';

export const checkQuery = z.object({
  file: z.string().min(1).max(4_096).default('paper.md'),
  style: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'adds what this style asks; absent: no style is asked' }),
});

export const paperCheck = z
  .object({
    items: z.array(
      z.object({
        code: z.string().meta({
          description:
            'paper_empty, figure_missing, figure_unreferenced, figure_without_caption, figure_stale, figure_edited, reference_unresolved, ' +
            'label_twice, citation_unresolved, bibliography_unreadable, bib_key_twice, bib_field_missing, bib_doi_wrong, bib_year_wrong, bib_same_work, bib_unused, bib_retracted, bib_mismatch, bib_not_found, bib_unchecked, number_untraced, number_stale, number_superseded, placeholder, ' +
            'section_empty, paragraph_repeated, code_line_long, unit_missing, html_left_out, and those of styles',
        }),
        message: z.string(),
        line: z.number().int().positive().optional().meta({ description: 'of the file, from 1' }),
        severity: z.enum(['error', 'warning']),
        about: z
          .string()
          .optional()
          .meta({ description: 'a path, a label, a key, a number or words of the text' }),
      }),
    ),
  })
  .meta({ id: 'PaperCheck' });
