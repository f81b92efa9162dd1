/** REST bodies of templates (F11). */
import { z } from 'zod';
import { isoTime, uuid } from './messages.ts';
import { language } from './works.ts';

export const template = z
  .object({
    id: uuid,
    name: z.string(),
    description: z.string(),
    language,
    public: z.boolean(),
    own: z.boolean().meta({ description: 'true: yours to change' }),
    content: z.string(),
    createdAt: isoTime,
    updatedAt: isoTime,
  })
  .meta({ id: 'Template' });
export type Template = z.infer<typeof template>;

/** Lists leave the content out. */
export const templateSummary = template.omit({ content: true }).meta({ id: 'TemplateSummary' });
export const templateList = z.object({ items: z.array(templateSummary) });
