/** What OpenAI's clients may name as a model: a template begins a Work, a Work goes on (P23). */
import type OpenAI from 'openai';
import type { Database } from '../../db/database.ts';
import { listTemplates } from '../../db/templates.ts';
import { listWorks } from '../../db/works.ts';
import { DEFAULT_MODEL, TEMPLATE_MODEL, WORK_MODEL } from './work-of-request.ts';

/** Works that are listed, those that changed last. */
const MOST_WORKS = 1_000;
const PAGE = 200;

/** `name` is what a person reads; clients that know it show it. */
export type ListedModel = OpenAI.Model & { name: string };

export async function listModels(db: Database, ownerId: string): Promise<ListedModel[]> {
  const templates = await listTemplates(db, ownerId);
  return [
    listed(DEFAULT_MODEL, 'PaperAgent', 0),
    ...templates.map(({ id, name, createdAt }) =>
      listed(`${TEMPLATE_MODEL}${id}`, `PaperAgent: ${name}`, Date.parse(createdAt)),
    ),
    ...(await newestWorks(db, ownerId)).map(({ id, title, createdAt }) =>
      listed(`${WORK_MODEL}${id}`, title, Date.parse(createdAt)),
    ),
  ];
}

async function newestWorks(db: Database, ownerId: string) {
  const works = [];
  let after: Parameters<typeof listWorks>[2]['after'];
  do {
    const page = await listWorks(db, ownerId, { limit: PAGE, after });
    works.push(...page.items);
    after = page.next;
  } while (after !== undefined && works.length < MOST_WORKS);
  return works;
}

function listed(id: string, name: string, createdMs: number): ListedModel {
  return { id, object: 'model', created: Math.floor(createdMs / 1000), owned_by: 'paperagent', name };
}
