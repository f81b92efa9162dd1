/** The templates that ship with PaperAgent: files of templates/, each with its row (F11). */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Database } from '../../db/database.ts';
import { putShippedTemplate } from '../../db/templates.ts';
import { language } from '../../protocol/works.ts';
import { readTemplateDocument } from './front-matter.ts';

const header = z.object({ name: z.string().min(1), description: z.string(), language });

/**
 * Brings the rows up to the files of `folder`. Safe when several processes do it at once.
 * @throws Error naming a file whose front matter lacks name, description or language
 */
export async function storeShippedTemplates(db: Database, folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.md'));
  for (const file of files) {
    const { fields, content } = readTemplateDocument(await readFile(path.join(folder, file), 'utf8'));
    const parsed = header.safeParse(fields);
    if (!parsed.success) throw new Error(`templates/${file}: ${z.prettifyError(parsed.error)}`);
    await putShippedTemplate(db, { slug: path.basename(file, '.md'), ...parsed.data, content });
  }
}
