/** Says no to whoever has used up their share, in a sentence. */
import { hasAllWorks, type Quotas, usedUp } from '../db/quotas.ts';
import { ApiError } from './api-error.ts';
import type { ApiDependencies } from './dependencies.ts';

type Dependencies = Pick<ApiDependencies, 'db' | 'config'>;

/** @throws ApiError quota_exceeded where this person may make no further Work */
export async function mayMakeWork({ db, config }: Dependencies, ownerId: string): Promise<void> {
  if (await hasAllWorks(db, ownerId, config.quotas)) {
    throw exceeded('You have as many Works as you may have. Delete some to make room.');
  }
}

/** @throws ApiError quota_exceeded where this message would start a turn that is one too many */
export async function maySend(
  { db, config }: Dependencies,
  message: { ownerId: string; workId: string; id: string },
): Promise<void> {
  const share = await usedUp(db, message, config.quotas);
  if (share !== undefined) throw exceeded(WORDS[share](config.quotas));
}

const WORDS = {
  turns: ({ turnsAtOnce }: Quotas) =>
    `At most ${turnsAtOnce} of your Works may run at once. Wait until one has ended, or stop one.`,
  tokens: ({ tokensPerDay }: Quotas) =>
    `You have used your ${tokensPerDay?.toLocaleString('en')} tokens of 24 hours. Go on later.`,
};

function exceeded(message: string): ApiError {
  return new ApiError('quota_exceeded', message);
}
