/** How somebody gets an account: by the switch of who may, and of the guest whom they were until now (V4). */
import type { Database } from '../../db/database.ts';
import { takeInvitation } from '../../db/invitations.ts';
import { sessionsThatGoOn } from '../../db/sessions.ts';
import { createUser, findUser, type NewAccount, registerGuest, type UserRow } from '../../db/users.ts';
import type { Admission } from '../../protocol/auth.ts';
import { ApiError } from '../api-error.ts';
import type { Identity } from './tokens.ts';

const CLOSED = 'Nobody can register on this server. Its operator has closed registration.';
const INVITED =
  'Accounts on this server are by invitation, and this one is not good (any more). Ask its operator for one.';
const NO_LONGER_A_GUEST =
  'This session has ended: its guest may have become an account meanwhile. Log in to that one.';

/** @throws ApiError forbidden where nobody may register */
export function refuseClosed(registration: Admission['registration']): void {
  if (registration === 'closed') throw new ApiError('forbidden', CLOSED);
}

/**
 * Runs `make` with an invitation where one is asked for; whom nothing came of may use it again.
 * @throws ApiError forbidden
 */
export async function admitted<T>(
  db: Database,
  { registration, invitation }: { registration: Admission['registration']; invitation: string | undefined },
  make: (held: Database) => Promise<T>,
): Promise<T> {
  refuseClosed(registration);
  if (registration === 'open') return await make(db);
  return await db.transaction().execute(async (held) => {
    if (invitation === undefined || !(await takeInvitation(held, invitation)))
      throw new ApiError('forbidden', INVITED);
    return await make(held);
  });
}

/**
 * The account, made of the guest who asks, or anew.
 * @throws ApiError email_taken; conflict where another request made an account of the guest meanwhile
 */
export async function registered(
  db: Database,
  account: NewAccount,
  by: Identity | undefined,
): Promise<UserRow> {
  if (by === undefined) return orTaken(await createUser(db, account));
  const outcome = await registerGuest(db, { id: by.userId, ...account });
  if (outcome === 'taken') return orTaken(undefined);
  if (outcome === 'registered') return orTaken(await findUser(db, by.userId));
  // Who has an account makes another one; the sessions of a guest end as it becomes one.
  if (!(await sessionsThatGoOn(db, [by.sessionId])).has(by.sessionId))
    throw new ApiError('conflict', NO_LONGER_A_GUEST);
  return orTaken(await createUser(db, account));
}

/** @throws ApiError email_taken where there is nobody */
function orTaken(user: UserRow | undefined): UserRow {
  if (user === undefined) throw new ApiError('email_taken', 'There is an account with this address.');
  return user;
}
