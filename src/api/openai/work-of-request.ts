/** Which Work a request of OpenAI's clients goes on with, and which of its messages it is. Nothing is kept for it. */
import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { findSentBefore } from '../../db/answers.ts';
import { uuid } from '../../protocol/messages.ts';
import { ApiError } from '../api-error.ts';
import type { Placed } from '../conversation/await-answer.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { conversationName, idFrom, workNamed } from '../works/named-work.ts';
import { RequestError } from './errors.ts';

export const DEFAULT_MODEL = 'paperagent';
export const WORK_MODEL = 'work:';
export const TEMPLATE_MODEL = 'template:';
export const WORK_HEADER = 'X-PaperAgent-Work';

export interface Said {
  model: string;
  text: string;
  metadata: Record<string, unknown> | null | undefined;
  /** Of an earlier answer, or a conversation, where the request goes on with one. */
  workId?: string | undefined;
}

/**
 * Finds the Work, or makes it, and says which message this is: a request that is tried again is the one it was (P5).
 * That a Work that the request names is theirs is found as something is said in it.
 * @throws RequestError for a model that there is not; ApiError quota_exceeded
 */
export async function placeRequest(
  deps: Pick<ApiDependencies, 'db' | 'dataDir' | 'config'>,
  c: Context<ApiEnv>,
  said: Said,
): Promise<Placed> {
  const { userId: ownerId } = c.get('identity');
  const named = namedWork(c, said);
  const key = c.req.header('Idempotency-Key');
  const conversation = conversationOf(c, said);
  const before =
    key === undefined && Number(c.req.header('X-Stainless-Retry-Count') ?? 0) > 0
      ? await findSentBefore(deps.db, { ownerId, workId: named, text: said.text })
      : undefined;
  if (before !== undefined) return before;
  const workId =
    named ?? (await madeWork(deps, c, said, conversation ?? (key === undefined ? undefined : `key ${key}`)));
  const messageId = key === undefined ? randomUUID() : idFrom(ownerId, workId, 'message', key);
  return { workId, messageId };
}

/** @throws RequestError where the name is of no Work */
function namedWork(c: Context<ApiEnv>, { model, metadata, workId }: Said): string | undefined {
  if (model.startsWith(WORK_MODEL)) return idOf(model.slice(WORK_MODEL.length), 'model');
  if (workId !== undefined) return idOf(workId, 'conversation');
  const header = c.req.header(WORK_HEADER);
  if (header !== undefined) return idOf(header, WORK_HEADER);
  return metadata?.work === undefined ? undefined : idOf(String(metadata.work), 'metadata.work');
}

function idOf(text: string, param: string): string {
  const id = uuid.safeParse(text.trim().toLowerCase());
  if (!id.success) throw new RequestError(param, `"${text.slice(0, 100)}" is the id of no Work.`);
  return id.data;
}

/** What a client calls the conversation, where it says so: each has one Work. */
function conversationOf(c: Context<ApiEnv>, { metadata }: Said): string | undefined {
  const name = c.req.header('X-OpenWebUI-Chat-Id') ?? metadata?.conversation;
  return name === undefined || name === '' ? undefined : conversationName(String(name));
}

/** A new Work; that of `name` where there is one already. */
async function madeWork(
  deps: Pick<ApiDependencies, 'db' | 'dataDir' | 'config'>,
  c: Context<ApiEnv>,
  { model }: Said,
  name: string | undefined,
): Promise<string> {
  return await workNamed(deps, c, name, templateOf(model)).catch((error: unknown) => {
    throw error instanceof ApiError && error.code === 'not_found' ? noSuchModel(model) : error;
  });
}

/** @throws RequestError for a model that there is not */
function templateOf(model: string): string | undefined {
  if (model === DEFAULT_MODEL) return undefined;
  const id = uuid.safeParse(model.startsWith(TEMPLATE_MODEL) ? model.slice(TEMPLATE_MODEL.length) : '');
  if (!id.success) throw noSuchModel(model);
  return id.data;
}

/** What a client is told that names what there is not. */
export function noSuchModel(model: string): RequestError {
  return new RequestError(
    'model',
    `There is no model "${model.slice(0, 100)}". GET /v1/models lists what there is: "${DEFAULT_MODEL}" begins a Work, "${WORK_MODEL}{id}" goes on with one.`,
  );
}
