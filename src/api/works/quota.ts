/** Says no to whoever has used up their share, in a sentence. */
import { hasAllWorks, type UsedUp } from '../../db/quotas.ts';
import { findUser } from '../../db/users.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';

/**
 * Says no before files are made for a Work that there is no place for. Of those who ask at once some may pass: what
 * counts is decided where the row is made (db/works.ts).
 * @throws ApiError quota_exceeded
 */
export async function mayMakeWork(
  { db, config }: Pick<ApiDependencies, 'db' | 'config'>,
  ownerId: string,
): Promise<void> {
  const person = await findUser(db, ownerId);
  if (person !== undefined && (await hasAllWorks(db, person, config.quotas))) throw allWorksMade();
}

/** Why no further Work is made. */
export function allWorksMade(): ApiError {
  return new ApiError('quota_exceeded', 'You have as many Works as you may have. Delete some to make room.');
}

/** Why a message that would start a turn is not taken. */
export function shareUsedUp(share: UsedUp): ApiError {
  return new ApiError('quota_exceeded', WORDS[share]);
}

const WORDS: Record<UsedUp, string> = {
  turns: 'As many of your Works run or wait as may at once. Wait until one has ended, or stop one.',
  tokens: 'Your tokens of 24 hours are used up. Go on when some of that time has passed.',
};
