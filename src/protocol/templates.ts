/** REST bodies of templates (F11). */
import { z } from 'zod';
import {
  MAX_TEMPLATE_CHARACTERS,
  MAX_TEMPLATE_DESCRIPTION_CHARACTERS,
  MAX_TEMPLATE_NAME_CHARACTERS,
} from './limits.ts';
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
    shipped: z.boolean().meta({ description: 'true: it came with PaperAgent' }),
    version: z.string().meta({ description: 'the sha256 of its content, in hexadecimal' }),
    content: z.string(),
    createdAt: isoTime,
    updatedAt: isoTime,
  })
  .meta({ id: 'Template' });
export type Template = z.infer<typeof template>;

/** Lists leave the content out. */
export const templateSummary = template.omit({ content: true }).meta({ id: 'TemplateSummary' });
export const templateList = z.object({ items: z.array(templateSummary) });

// One line each: they stand in the head of the template's file.
const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .transform((text) => text.replace(/\s+/g, ' '));
const fields = {
  name: line(MAX_TEMPLATE_NAME_CHARACTERS).pipe(z.string().min(1)),
  description: line(MAX_TEMPLATE_DESCRIPTION_CHARACTERS),
  language,
  content: z
    .string()
    .max(MAX_TEMPLATE_CHARACTERS)
    .refine((text) => text.trim() !== '', 'must not be blank'),
  public: z.boolean().meta({ description: 'true: everybody here may start from it' }),
};

export const newTemplate = z.object({
  ...fields,
  description: fields.description.default(''),
  language: language.default('en'),
  public: fields.public.default(false),
});
export type NewTemplate = z.input<typeof newTemplate>;

export const templateChange = z.object(fields).partial();

export const outlineSection = z.object({
  title: z.string(),
  level: z.number().int().min(1).max(6),
  path: z.string().meta({ description: 'the titles from the outermost section down: Parent > Child' }),
  line: z.number().int().positive(),
  guidance: z.string().nullable().meta({ description: 'what the section asks for, by its comments' }),
});
export type OutlineSection = z.infer<typeof outlineSection>;

export const templateOutline = z.object({ version: z.string(), items: z.array(outlineSection) });
