/** Which models a Work may choose: its owner's (F13). */
import type { Database } from '../../db/database.ts';
import { ownModels } from '../../db/models.ts';
import type { ModelChoice } from '../../db/works.ts';
import { notFound } from '../api-error.ts';

/** @throws ApiError not_found where one of them is not theirs */
export async function checkModelChoice(
  db: Database,
  ownerId: string,
  choice: ModelChoice | undefined,
): Promise<void> {
  const ids = [...new Set(Object.values(choice ?? {}).filter((id) => id !== undefined))];
  const own = await ownModels(db, ownerId, ids);
  if (own.size < ids.length) throw notFound('model');
}
