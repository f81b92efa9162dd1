/** The way to the operator's provider of sign-ins and back (H9): this browser keeps the secret without which nobody is let in. */
import { request } from '../api/http.ts';
import { tabStore } from '../shell/browser-store.ts';
import type { SessionContext } from '../shell/use-session.ts';

const KEY = 'paperagent.provider';

/** What is remembered for the way back. */
interface Kept {
  secret: string;
  /** Where in the page to go on. */
  next: string;
  invitation?: string;
  /** The account that is signed in to may be signed in to so from now on. */
  connect?: true;
}

/** Leaves the page for the provider's. @throws ApiError, Unreachable where it cannot be reached */
export async function goToProvider(kept: Omit<Kept, 'secret'>): Promise<void> {
  const answer = await request('/api/auth/provider/begin', { method: 'POST' });
  const { url, secret } = (await answer.json()) as { url: string; secret: string };
  tabStore.setItem(KEY, JSON.stringify({ ...kept, secret }));
  location.assign(url);
}

/** Whether this address is the one that the provider sends back to. */
export function isProviderAnswer(query: Record<string, unknown>): boolean {
  return (
    typeof query.state === 'string' && (typeof query.code === 'string' || typeof query.error === 'string')
  );
}

/** Signs in with what the provider sent back; gives where to go on. @throws ApiError, Unreachable, SessionOver */
export async function finishProviderSignIn(
  query: Record<string, unknown>,
  session: SessionContext,
): Promise<string> {
  const text = tabStore.getItem(KEY);
  tabStore.removeItem(KEY);
  const {
    secret = '',
    next = '/',
    invitation,
    connect,
  } = (text === null ? {} : JSON.parse(text)) as Partial<Kept>;
  const { state, code, iss, error } = query;
  const body = { secret, state, code, iss, error, invitation, connect };
  await session.enter('/api/auth/provider/finish', body, connect === true);
  return next;
}
