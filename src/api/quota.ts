/** Says no to whoever has used up their share, in a sentence. */
import type { UsedUp } from '../db/quotas.ts';
import { ApiError } from './api-error.ts';

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
