/** What OpenAI's clients may name as a model: a template begins a Work, a Work goes on (P23). */
import type OpenAI from 'openai';
import type { Database } from '../../db/database.ts';
import { findTemplate, listTemplates } from '../../db/templates.ts';
import { findWork, listWorks } from '../../db/works.ts';
import { uuid } from '../../protocol/messages.ts';
import { DEFAULT_MODEL, TEMPLATE_MODEL, WORK_MODEL } from './work-of-request.ts';

/** Works that are listed, those that changed last. */
const MOST_WORKS = 1_000;
const PAGE = 200;

/** `name` is what a person reads; clients that know it show it. */
export type ListedModel = OpenAI.Model & { name: string };

export async function listModels(db: Database, ownerId: string): Promise<ListedModel[]> {
  const templates = await listTemplates(db, ownerId);
  return [OF_DEFAULT, ...templates.map(ofTemplate), ...(await newestWorks(db, ownerId)).map(ofWork)];
}

/** The one of that id, listed or not; undefined where there is none that this person may use. */
export async function findModel(
  db: Database,
  ownerId: string,
  model: string,
): Promise<ListedModel | undefined> {
  if (model === DEFAULT_MODEL) return OF_DEFAULT;
  const [, kind, given] = /^(work:|template:)(.*)$/.exec(model.toLowerCase()) ?? [];
  const id = uuid.safeParse(given);
  if (!id.success) return undefined;
  if (kind === WORK_MODEL) {
    const work = await findWork(db, { workId: id.data, ownerId });
    return work && ofWork(work);
  }
  const template = await findTemplate(db, { id: id.data, userId: ownerId });
  return template && ofTemplate(template);
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

const OF_DEFAULT = listed(DEFAULT_MODEL, 'PaperAgent', 0);

function ofTemplate({ id, name, createdAt }: { id: string; name: string; createdAt: string }): ListedModel {
  return listed(`${TEMPLATE_MODEL}${id}`, `PaperAgent: ${name}`, Date.parse(createdAt));
}

function ofWork({ id, title, createdAt }: { id: string; title: string; createdAt: string }): ListedModel {
  return listed(`${WORK_MODEL}${id}`, title, Date.parse(createdAt));
}

function listed(id: string, name: string, createdMs: number): ListedModel {
  return { id, object: 'model', created: Math.floor(createdMs / 1000), owned_by: 'paperagent', name };
}
