/** A WorkConnection whose socket, clock, tokens and chance a test moves by hand. */
import type { LogEvent } from '../../../src/domain/events.ts';
import type { Conversation, WorkStatus } from '../../../src/domain/reducer.ts';
import type { ServerFrame } from '../../../src/protocol/frames.ts';
import { WorkConnection } from '../../../web/src/live/connection.ts';
import type { Credential, SocketHandlers } from '../../../web/src/live/link.ts';
import type { Outbox, OutboxMessage } from '../../../web/src/live/outbox.ts';

export const WORK = '00000000-0000-4000-8000-000000000001';

export class SessionOver extends Error {
  override name = 'SessionOver';
}

/** The server's end of one socket. */
export class FarEnd {
  readonly sent: Record<string, unknown>[] = [];
  closedByPage = false;
  readonly #handlers: SocketHandlers;

  constructor(handlers: SocketHandlers) {
    this.#handlers = handlers;
  }

  open(): void {
    this.#handlers.opened();
  }

  say(frame: ServerFrame): void {
    this.#handlers.received(JSON.stringify(frame));
  }

  close(code: number): void {
    this.#handlers.closed(code);
  }

  /** What the page sent of that type. */
  ofType(type: string): Record<string, unknown>[] {
    return this.sent.filter((frame) => frame.type === type);
  }

  ready(seq: number, status: WorkStatus = 'idle'): void {
    this.say({ type: 'ready', protocol: 1, workId: WORK, seq, status });
  }

  snapshot(conversation: Conversation): void {
    const { seq, messages, outcomes, runningTurn, ask } = conversation;
    const status = runningTurn === null ? 'idle' : ask ? 'asking' : 'running';
    this.say({ type: 'snapshot', seq, status, messages, outcomes, ...(ask ? { ask } : {}) });
  }

  event(event: LogEvent): void {
    this.say({ type: 'event', ...event });
  }
}

export function memoryOutbox(messages: OutboxMessage[] = []): Outbox {
  const held = new Map(messages.map((message) => [message.id, message]));
  return {
    list: () => [...held.values()],
    put: (message) => void held.set(message.id, message),
    remove: (id) => void held.delete(id),
  };
}

export interface Bench {
  connection: WorkConnection;
  outbox: Outbox;
  sockets: FarEnd[];
  /** The refused tokens with which another was asked for. */
  renewals: string[];
  applied: (LogEvent | null)[];
  /** The newest socket. */
  far(): FarEnd;
  /** Lets `ms` pass: fires what is due in between, in order, and what they promise. */
  pass(ms: number): Promise<void>;
  tokenFails(error: Error | null): void;
}

/** Starts a connection and waits until it has opened its first socket. */
export async function bench(options: { outbox?: Outbox; tokenSeconds?: number } = {}): Promise<Bench> {
  const outbox = options.outbox ?? memoryOutbox();
  const sockets: FarEnd[] = [];
  const renewals: string[] = [];
  const applied: (LogEvent | null)[] = [];
  let timers: { at: number; fire: () => void }[] = [];
  let now = Date.parse('2026-01-01T00:00:00Z');
  let ids = 0;
  let tokens = 0;
  let failure: Error | null = null;

  const connection = new WorkConnection({
    open(handlers) {
      const far = new FarEnd(handlers);
      sockets.push(far);
      return {
        send: (text) => void far.sent.push(JSON.parse(text) as Record<string, unknown>),
        close: () => {
          far.closedByPage = true;
        },
      };
    },
    async credential(refused): Promise<Credential> {
      if (refused !== undefined) renewals.push(refused);
      if (failure !== null) throw failure;
      if (refused !== undefined || tokens === 0) tokens += 1;
      return { token: `token ${tokens}`, expiresAt: now + (options.tokenSeconds ?? 900) * 1_000 };
    },
    outbox,
    newId: () => {
      ids += 1;
      return `00000000-0000-4000-8000-0000000001${String(ids).padStart(2, '0')}`;
    },
    now: () => now,
    random: () => 0.5,
    after(ms, fire) {
      const timer = { at: now + ms, fire };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    changed() {},
    applied: (event) => void applied.push(event),
  });

  async function pass(ms: number): Promise<void> {
    const until = now + ms;
    for (;;) {
      const due = timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      timers = timers.filter((timer) => timer !== due);
      now = due.at;
      due.fire();
      await settled();
    }
    now = until;
    await settled();
  }

  await settled();
  return {
    connection,
    outbox,
    sockets,
    renewals,
    applied,
    far() {
      const far = sockets.at(-1);
      if (far === undefined) throw new Error('the page has opened no socket');
      return far;
    },
    pass,
    tokenFails(error) {
      failure = error;
    },
  };
}

/** Until the promises that are already resolved have been acted upon. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
