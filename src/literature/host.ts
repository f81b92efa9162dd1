/**
 * One source as this process asks it: one request at a time, shared out by person, its pauses and its wishes to wait
 * kept, what it said remembered for a day. A source that asks to wait for long, or cannot be reached, is left alone
 * until then, and whoever asks is told so at once: no answer is never "not found" (O6).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FoundWork } from '../domain/references/found-work.ts';
import { waitAsked } from '../llm/waits.ts';
import { createFairGate, type Person } from '../threads/fair-gate.ts';
import { NoReply, type Reply, type Requests } from './request.ts';
import { type Ask, type LiteratureSource, Unreadable } from './source.ts';

export type Answer =
  | { kind: 'works'; works: FoundWork[] }
  /** It knows no such work. */
  | { kind: 'absent' }
  /** It knows that there is such a thing, and has no record that can be read. */
  | { kind: 'no_record' }
  | { kind: 'unanswered'; why: string };

export interface Asking {
  person: Person;
  /** Aborted where nobody waits any more: then `ask` rejects. */
  signal: AbortSignal;
  /** Milliseconds since 1970: what has no answer by then is unanswered. */
  until: number;
}

export interface Host {
  source: LiteratureSource;
  /** @throws the reason of `asking.signal`, and nothing else */
  ask(ask: Ask, asking: Asking): Promise<Answer>;
}

export interface HostOptions {
  source: LiteratureSource;
  /** In place of the source's own; a mirror's pauses are its headers' alone. */
  address: URL | undefined;
  contact: string;
  key: string | undefined;
  userAgent: string;
  requests: Requests;
  onTrouble(source: string, why: string): void;
}

const KEPT_MS = 24 * 3_600_000;
const MOST_KEPT = 400;
/** A wait that is sat out at most; a longer one is the next asker's. */
const LONGEST_WAIT_MS = 20_000;
/** What a refusal without a time means. */
const UNSAID_WAIT_MS = 5_000;
/** How long a source is left alone that was in trouble twice in a row. */
const TROUBLE_MS = 30_000;
/** A wait beyond this is some mistake of the source's. */
const MOST_WAIT_MS = 24 * 3_600_000;

export function createHost({
  source,
  address,
  contact,
  key,
  userAgent,
  requests,
  onTrouble,
}: HostOptions): Host {
  const gate = createFairGate({ places: 1, placesForGuests: 1, placesOf: () => 1 });
  const kept = new Map<string, { answer: Answer; at: number }>();
  /** Not asked before this: its pause, or what it wished. */
  let notBefore = 0;
  let pauseMs = address === undefined ? source.pauseMs : 0;
  const { query = {}, headers = {} } = source.identify({ contact, key });

  function urlOf(ask: Ask): URL {
    const base = (address?.href ?? source.address).replace(/\/+$/, '');
    const url = new URL(`${base}/${ask.path}`);
    for (const [name, value] of Object.entries({ ...ask.query, ...query })) url.searchParams.set(name, value);
    return url;
  }

  function keptAnswer(question: string): Answer | undefined {
    const found = kept.get(question);
    if (found === undefined || found.at + KEPT_MS > Date.now()) return found?.answer;
    kept.delete(question);
    return undefined;
  }

  function keep(question: string, answer: Answer): void {
    kept.set(question, { answer, at: Date.now() });
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  }

  /** False where the source is not to be asked within the time that there is. */
  async function waitForTurn(until: number, signal: AbortSignal): Promise<boolean> {
    const wait = notBefore - Date.now();
    if (wait <= 0) return Date.now() < until;
    if (wait > LONGEST_WAIT_MS || notBefore > until) return false;
    await sleep(wait, undefined, { signal });
    return true;
  }

  async function request(ask: Ask, signal: AbortSignal): Promise<Reply> {
    try {
      return await requests.get(
        urlOf(ask),
        { accept: source.accept, 'user-agent': userAgent, ...headers },
        signal,
      );
    } finally {
      notBefore = Math.max(notBefore, Date.now() + pauseMs);
    }
  }

  /** undefined: it may be asked once more, when `notBefore` has come. */
  function judge(reply: Reply): Answer | undefined {
    pauseMs = Math.max(pauseMs, pauseAsked(reply.headers));
    const { status } = reply;
    if (status === 200) return { kind: 'works', works: source.read(reply.body) };
    if (status === 404 || status === 410)
      return reply.redirected ? { kind: 'no_record' } : { kind: 'absent' };
    // A page of the publisher's in place of a record, or an agency that has none in this form.
    if (status === 204 || status === 406 || (status >= 300 && status < 400)) return { kind: 'no_record' };
    if (status === 429 || status === 403 || status >= 500) {
      const asked = waitAsked({ headers: reply.headers, body: '' }, Date.now());
      notBefore = Date.now() + Math.min(asked ?? UNSAID_WAIT_MS, MOST_WAIT_MS);
      return undefined;
    }
    return { kind: 'unanswered', why: `it answered with status ${status}` };
  }

  async function askTwice(ask: Ask, { until, signal }: Asking): Promise<Answer> {
    let why = 'it asks to wait';
    for (let tries = 0; tries < 2; tries += 1) {
      if (!(await waitForTurn(until, signal))) return { kind: 'unanswered', why };
      try {
        const reply = await request(ask, signal);
        const answer = judge(reply);
        if (answer !== undefined) return answer;
        why = `it answered with status ${reply.status}`;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof NoReply) && !(error instanceof Unreadable)) throw error;
        if (error instanceof Unreadable) {
          onTrouble(source.name, error.message);
          return { kind: 'unanswered', why: error.message };
        }
        why = error.message;
        notBefore = Math.max(notBefore, Date.now() + pauseMs);
      }
    }
    notBefore = Math.max(notBefore, Date.now() + TROUBLE_MS);
    onTrouble(source.name, why);
    return { kind: 'unanswered', why };
  }

  return {
    source,
    async ask(ask, asking) {
      const question = urlOf(ask).href;
      const known = keptAnswer(question);
      if (known !== undefined) return known;
      const late = AbortSignal.timeout(Math.max(1, asking.until - Date.now()));
      const signal = AbortSignal.any([asking.signal, late]);
      try {
        using _place = await gate.enter(asking.person, signal);
        // Somebody may have asked the same meanwhile.
        const meanwhile = keptAnswer(question);
        if (meanwhile !== undefined) return meanwhile;
        const answer = await askTwice(ask, { ...asking, signal });
        if (answer.kind !== 'unanswered') keep(question, answer);
        return answer;
      } catch (error) {
        asking.signal.throwIfAborted();
        if (late.aborted) return { kind: 'unanswered', why: 'there was no time left' };
        throw error;
      }
    },
  };
}

/** Crossref names requests and the seconds in which they may be sent, such as 3 and 1s. */
function pauseAsked(headers: Reply['headers']): number {
  const limit = Number(headers['x-rate-limit-limit']);
  const seconds = Number(/^(\d{1,6})s?$/.exec(String(headers['x-rate-limit-interval'] ?? ''))?.[1]);
  if (!(limit > 0) || !(seconds > 0)) return 0;
  return Math.min((seconds * 1000) / limit, LONGEST_WAIT_MS);
}
