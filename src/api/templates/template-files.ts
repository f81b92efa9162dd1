/**
 * Every template as a Markdown file of `pa_data/templates`, for people and their backups. The rows say what is: a
 * file follows its row, and what a crash left out is made good by `syncTemplateFiles`.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Database } from '../../db/database.ts';
import { readTemplateFile, type TemplateFile, templateNames } from '../../db/templates.ts';
import { unlessMissing } from '../../system-error.ts';
import { listFolder, removeWholeFile, writeWholeFile } from '../../workspace/whole-file.ts';
import { writeTemplateDocument } from './front-matter.ts';

export function templatesFolder(dataDir: string): string {
  return path.join(dataDir, 'templates');
}

/** Brings one template's file up to its row; again where the row was changed meanwhile. */
export async function writeTemplateFile(db: Database, dataDir: string, id: string): Promise<void> {
  const dir = templatesFolder(dataDir);
  let row = await readTemplateFile(db, id);
  while (row !== undefined) {
    const written = documentOf(row);
    const name = fileName(row);
    if ((await contentOf(path.join(dir, name))) !== written) await writeWholeFile(dir, name, written);
    row = await readTemplateFile(db, id);
    if (row !== undefined && documentOf(row) === written) return;
  }
  await removeTemplateFile(dataDir, id);
}

export async function removeTemplateFile(dataDir: string, id: string): Promise<void> {
  await removeWholeFile(templatesFolder(dataDir), fileName({ id, slug: null }));
}

/**
 * Makes the files that are missing and removes those without a row; with `all`, compares those that are there, too.
 * Files that no template could have are left alone.
 */
export async function syncTemplateFiles(
  db: Database,
  dataDir: string,
  { all }: { all: boolean },
): Promise<void> {
  // In this order: a template that is made meanwhile has a file that is not seen, rather than none that is wanted.
  const there = await listFolder(templatesFolder(dataDir));
  const rows = await templateNames(db);
  const wanted = new Map(rows.map((row) => [fileName(row), row.id]));
  for (const name of there) {
    if (OURS.test(name) && !wanted.has(name)) await removeWholeFile(templatesFolder(dataDir), name);
  }
  const present = new Set(there);
  for (const [name, id] of wanted) {
    if (all || !present.has(name)) await writeTemplateFile(db, dataDir, id);
  }
}

/** The name of a person's template. */
const OURS = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.md$/;

function fileName({ id, slug }: Pick<TemplateFile, 'id' | 'slug'>): string {
  return `${slug ?? id}.md`;
}

function documentOf({ name, description, language, content }: TemplateFile): string {
  return writeTemplateDocument({ fields: { name, description, language }, content });
}

async function contentOf(file: string): Promise<string | undefined> {
  return await unlessMissing(readFile(file, 'utf8'));
}
