import { dialogsEn } from './dialogs-en.ts';
import { en, type Messages } from './en.ts';
import { historyEn } from './history-en.ts';
import { settingsEn } from './settings-en.ts';
import { shareEn } from './share-en.ts';
import { signInEn } from './sign-in-en.ts';

/** Two nested objects as one, as vue-i18n puts what comes later to what is there. */
function merged(one: object, other: object): object {
  const result: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const before = result[key];
    const nested = typeof before === 'object' && before !== null && typeof value === 'object';
    result[key] = nested ? merged(before, value) : value;
  }
  return result;
}

/** Every English sentence, whichever part of the page brings it: for tests and pictures. The page does not load this. */
export const allEn = [dialogsEn, historyEn, settingsEn, shareEn, signInEn].reduce(merged, en) as Messages;
