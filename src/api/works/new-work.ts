/**
 * Making a Work: first its files, then its row. So a Work that can be seen has its paper; what a crash leaves
 * between the two is a folder that nothing names, which finishDeletions removes.
 */

import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import type { z } from 'zod';
import { findShippedTemplate, findTemplate } from '../../db/templates.ts';
import { createWork, findWork, type WorkView } from '../../db/works.ts';
import { firstFields } from '../../documents/first-fields.ts';
import { MAX_ROUNDS, type ReviewSetting } from '../../domain/reviews.ts';
import type { newWork } from '../../protocol/works.ts';
import { createWorkspace, workspaceFolder } from '../../workspace/create-workspace.ts';
import { PAPER } from '../../workspace/paper.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { checkModelChoice } from '../models/model-choice.ts';
import { allWorksMade, mayMakeWork } from './quota.ts';

type Language = 'en' | 'zh';

const UNTITLED: Record<Language, string> = { en: 'Untitled project', zh: '未命名项目' };

/** The paper of a Work for which no template is found: the database may be a bare one. */
const BARE_PAPER: Record<Language, string> = { en: '# Title\n', zh: '# 标题\n' };

/**
 * Makes a Work from a copy of its template; with an id that is given, the one that another request has made under it
 * meanwhile.
 * @throws ApiError not_found where the template is not the owner's to use; quota_exceeded
 */
export async function makeWork(
  { db, dataDir, config }: Pick<ApiDependencies, 'db' | 'dataDir' | 'config'>,
  ownerId: string,
  wish: z.infer<typeof newWork>,
  language: Language,
  id: string = randomUUID(),
): Promise<WorkView> {
  await checkModelChoice(db, ownerId, wish.models);
  await mayMakeWork({ db, config }, ownerId);
  const template = await templateOf(db, ownerId, wish.templateId ?? null, language);
  const workspace = await createWorkspace(workspaceFolder(dataDir, id), config.workspaceOwner);
  const content = Buffer.from(template?.content ?? BARE_PAPER[language]);
  await workspace.write(PAPER, content, { ifMatch: null }).catch(unlessThere);
  const work = await createWork(
    db,
    {
      id,
      ownerId,
      title: wish.title || UNTITLED[language],
      titled: Boolean(wish.title),
      template: template ?? null,
      models: wish.models ?? {},
      budget: wish.budget,
      policy: wish.policy,
      review: wish.review === undefined ? reviewOf(template) : (wish.review ?? undefined),
      diskBytes: content.length,
    },
    config.quotas,
  );
  if (work === undefined || work === 'full') {
    const others = await findWork(db, { workId: id, ownerId });
    if (others !== undefined) return others;
    await workspace.destroy();
    throw work === 'full' ? allWorksMade() : new ApiError('unauthorized', 'This account is no more.');
  }
  return work;
}

/**
 * What the template wants of a reviewer (`review`, how often it may send the paper back): of one that ships, or of the
 * owner's own, for it costs them calls of a model.
 */
function reviewOf(template: Awaited<ReturnType<typeof templateOf>>): ReviewSetting | undefined {
  if (!(template?.own || template?.shipped)) return undefined;
  const rounds = Number(firstFields(template.content).review ?? Number.NaN);
  return Number.isInteger(rounds) && rounds >= 0 && rounds <= MAX_ROUNDS ? { rounds } : undefined;
}

/** Another request that makes the same Work has written it, and it may have been worked on since. */
function unlessThere(error: unknown): void {
  if (!(error instanceof WorkspaceError && error.code === 'changed')) throw error;
}

async function templateOf(
  db: ApiDependencies['db'],
  userId: string,
  id: string | null,
  language: Language,
): Promise<{ id: string; content: string; version: string; own?: boolean; shipped?: boolean } | undefined> {
  if (id === null) return await findShippedTemplate(db, `short-report-${language}`);
  const template = await findTemplate(db, { id, userId });
  if (template === undefined) throw notFound('template');
  return template;
}

/** Chinese where Accept-Language ranks it above English, else English. */
export function preferredLanguage(c: Context): Language {
  const chosen = accepts(c, {
    header: 'Accept-Language',
    supports: ['en', 'zh'],
    default: 'en',
    // As they are ranked; what stands behind the language (zh-Hans-CN) is another matter.
    match: (ranked, { supports, default: fallback }) =>
      ranked
        .filter(({ q }) => q > 0)
        .map(({ type }) => type.toLowerCase().split('-')[0] ?? '')
        .find((language) => supports.includes(language)) ?? fallback,
  });
  return chosen === 'zh' ? 'zh' : 'en';
}
