/** A Work under a name that a client has for its conversation: each name has one, and nothing is kept for it. */
import { createHash, randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { findExtent } from '../../db/works.ts';
import { uuid } from '../../protocol/messages.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { makeWork, preferredLanguage } from './new-work.ts';

type Dependencies = Pick<ApiDependencies, 'db' | 'dataDir' | 'config'>;

/**
 * The Work of that name, made where it is not there yet; a new one where there is no name.
 * @throws ApiError not_found where the template is not theirs to use; quota_exceeded
 */
export async function workNamed(
  deps: Dependencies,
  c: Context<ApiEnv>,
  name: string | undefined,
  templateId?: string,
): Promise<string> {
  const { userId: ownerId } = c.get('identity');
  const make = async (id: string) =>
    (await makeWork(deps, ownerId, { templateId }, preferredLanguage(c), id)).id;
  if (name === undefined) return await make(randomUUID());
  const workId = idFrom(ownerId, 'work', name);
  return (await findExtent(deps.db, { workId, ownerId })) === undefined ? await make(workId) : workId;
}

/**
 * The Work that a client's id for its conversation stands for: one of theirs whose id it is, else that of this name.
 * Undefined where it is not there yet.
 */
export async function findConversation(
  { db }: Pick<Dependencies, 'db'>,
  ownerId: string,
  name: string,
): Promise<string | undefined> {
  const given = uuid.safeParse(name.toLowerCase());
  const ids = [...(given.success ? [given.data] : []), idFrom(ownerId, 'work', conversationName(name))];
  for (const workId of ids) if (await findExtent(db, { workId, ownerId })) return workId;
  return undefined;
}

/** The same; made where it is not there yet. @throws ApiError, as workNamed does */
export async function conversationWork(
  deps: Dependencies,
  c: Context<ApiEnv>,
  name: string,
  templateId?: string,
): Promise<string> {
  return (
    (await findConversation(deps, c.get('identity').userId, name)) ??
    (await workNamed(deps, c, conversationName(name), templateId))
  );
}

/** A client's name for its conversation, apart from names that other things give Works. */
export function conversationName(name: string): string {
  return `conversation ${name}`;
}

/** A UUID that is the same for the same words. */
export function idFrom(...words: string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(words)).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
