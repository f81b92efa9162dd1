/**
 * One Work's live connection: a socket with a cursor, first-frame auth, reconnection, token renewal, and
 * messages that are sent again with the same id until they are acked (docs/protocol.md, WebSocket).
 * It owns the page's copy of the conversation: the snapshot, and the one reducer over the events after it.
 * Socket, clock and chance come in from outside, so that tests drive them by hand.
 */
import type { LogEvent } from '../../../src/domain/events.ts';
import type { Delivery } from '../../../src/domain/messages.ts';
import { type Conversation, emptyConversation, reduce } from '../../../src/domain/reducer.ts';
import type { ServerFrame } from '../../../src/protocol/frames.ts';
import { backoffMs } from './backoff.ts';
import { type ClientFrame, FRAME_LIMIT, frameBytes, type MessageFrame } from './frames.ts';
import type { Outbox, OutboxMessage } from './outbox.ts';
import { mark, type Outgoing, withoutShown } from './outgoing.ts';
import { fromSnapshot, type SnapshotFrame } from './snapshot.ts';

export interface SocketHandlers {
  opened(): void;
  received(text: string): void;
  /** Called once, also when the connection could not be opened. */
  closed(code: number): void;
}

export interface Socket {
  send(text: string): void;
  close(): void;
}

/** A token that is good now, and until when (milliseconds since the epoch). */
export interface Credential {
  token: string;
  expiresAt: number;
}

export interface ConnectionDependencies {
  open(handlers: SocketHandlers): Socket;
  /** With `refused`, another one than that. @throws an error named SessionOver when the person must sign in. */
  credential(refused?: string): Promise<Credential>;
  outbox: Outbox;
  newId(): string;
  now(): number;
  random(): number;
  /** Calls `fire` once after `ms`; returns what cancels it. */
  after(ms: number, fire: () => void): () => void;
  /** `state()` has something new. */
  changed(): void;
  /** One event was applied; null: a snapshot was. */
  applied(event: LogEvent | null): void;
}

export type Phase =
  | { name: 'connecting' }
  | { name: 'live' }
  | { name: 'waiting'; retryAt: number }
  | { name: 'ended'; reason: 'signed_out' | 'no_such_work' | 'refused' };

export interface ConnectionState {
  phase: Phase;
  /** Null until the first snapshot. */
  conversation: Conversation | null;
  outgoing: Outgoing[];
  /** A stop of the running turn is under way. */
  stopping: boolean;
  /** Where messages older than the snapshot's begin. */
  olderCursor: number | null;
}

/** How long the server may take to say `ready`, and how long silence lasts before it is asked for a sign of life. */
const READY_MS = 10_000;
const PING_MS = 15_000;
const RATE_LIMIT_MS = 5_000;
const RENEW_BEFORE_MS = 60_000;

export class WorkConnection {
  readonly #with: ConnectionDependencies;
  #phase: Phase = { name: 'connecting' };
  #conversation: Conversation | null = null;
  /** False once an event did not follow: the next connection asks for everything anew. */
  #cursorHolds = true;
  #outgoing: Outgoing[];
  #olderCursor: number | null = null;
  #stopTurn: number | null = null;
  #socket: Socket | null = null;
  /** Raised with each try, so that what an older one still has to say is not heard. */
  #generation = 0;
  #attempt = 0;
  #refusedToken: string | undefined;
  #tokenInUse: string | undefined;
  #unanswered = false;
  readonly #timers = new Map<'connect' | 'ready' | 'ping' | 'renew' | 'resend', () => void>();

  constructor(dependencies: ConnectionDependencies) {
    this.#with = dependencies;
    this.#outgoing = dependencies.outbox
      .list()
      .map((message) => ({ ...message, state: { name: 'sending' } }));
    void this.#connect();
  }

  state(): ConnectionState {
    const running = this.#conversation?.runningTurn ?? null;
    return {
      phase: this.#phase,
      conversation: this.#conversation,
      outgoing: this.#outgoing,
      stopping: running !== null && running === this.#stopTurn,
      olderCursor: this.#olderCursor,
    };
  }

  /** Sends a message, now or when there is a connection, and shows it at once. Returns its id. */
  send(text: string, delivery: Delivery = 'queue'): string {
    const message: OutboxMessage = {
      id: this.#with.newId(),
      text,
      delivery,
      createdAt: new Date(this.#with.now()).toISOString(),
    };
    const tooLong = frameBytes(messageFrame(message)) > FRAME_LIMIT;
    if (!tooLong) this.#with.outbox.put(message);
    this.#outgoing = [
      ...this.#outgoing,
      {
        ...message,
        state: tooLong ? { name: 'refused', code: 'too_large', message: '' } : { name: 'sending' },
      },
    ];
    if (!tooLong && this.#phase.name === 'live') this.#transmit(messageFrame(message));
    this.#with.changed();
    return message.id;
  }

  /** Takes a refused message off the list. */
  dismiss(id: string): void {
    this.#with.outbox.remove(id);
    this.#outgoing = this.#outgoing.filter((message) => message.id !== id);
    this.#with.changed();
  }

  /** Stops the turn that is running now; said again after a reconnection while that turn still runs. */
  stop(): void {
    const turn = this.#conversation?.runningTurn ?? null;
    if (turn === null) return;
    this.#stopTurn = turn;
    if (this.#phase.name === 'live') this.#transmit({ type: 'stop', turn });
    this.#with.changed();
  }

  /** Connects now instead of at the end of the wait: the network came back, or the person asked. */
  retryNow(): void {
    if (this.#phase.name !== 'waiting') return;
    this.#attempt = 0;
    void this.#connect();
  }

  /** Ends it for good. */
  close(): void {
    this.#drop();
  }

  async #connect(): Promise<void> {
    this.#drop();
    const generation = this.#generation;
    this.#enter({ name: 'connecting' });
    let credential: Credential;
    try {
      credential = await this.#with.credential(this.#refusedToken);
    } catch (error) {
      if (generation !== this.#generation) return;
      if (isSessionOver(error)) this.#enter({ name: 'ended', reason: 'signed_out' });
      else this.#waitAndRetry(0);
      return;
    }
    if (generation !== this.#generation) return;
    this.#tokenInUse = credential.token;
    this.#timer('ready', READY_MS, () => this.#lost(1006));
    const heard =
      <A extends unknown[]>(handle: (...args: A) => void) =>
      (...args: A) => {
        if (generation === this.#generation) handle(...args);
      };
    this.#socket = this.#with.open({
      opened: heard(() => {
        const cursor = this.#cursorHolds && this.#conversation ? { after: this.#conversation.seq } : {};
        this.#transmit({ type: 'auth', token: credential.token, ...cursor, protocol: 1 });
      }),
      received: heard((text) => {
        this.#unanswered = false;
        this.#receive(JSON.parse(text) as ServerFrame, credential);
      }),
      closed: heard((code) => this.#lost(code)),
    });
  }

  #receive(frame: ServerFrame, credential: Credential): void {
    switch (frame.type) {
      case 'ready':
        this.#ready(credential);
        break;
      case 'snapshot':
        this.#replace(frame);
        break;
      case 'event':
        this.#apply(frame);
        break;
      case 'ack':
        this.#with.outbox.remove(frame.id);
        this.#outgoing = mark(this.#outgoing, frame.id, { name: 'stored' });
        this.#forgetShown();
        this.#with.changed();
        break;
      case 'error':
        this.#error(frame);
        break;
      case 'renewed':
      case 'pong':
        // That they came is all they say.
        break;
    }
  }

  #replace(frame: SnapshotFrame): void {
    this.#conversation = fromSnapshot(frame);
    this.#cursorHolds = true;
    this.#olderCursor = frame.cursor ?? null;
    if (frame.status === 'stopping') this.#stopTurn = this.#conversation.runningTurn;
    // What was acked before is in it, or is older than it reaches: either way it needs no showing of ours.
    this.#outgoing = this.#outgoing.filter((message) => message.state.name !== 'stored');
    this.#forgetShown();
    this.#with.applied(null);
    this.#with.changed();
  }

  #ready(credential: Credential): void {
    this.#attempt = 0;
    this.#refusedToken = undefined;
    this.#cancel('ready');
    this.#enter({ name: 'live' });
    this.#resend();
    const running = this.#conversation?.runningTurn ?? null;
    if (running !== null && running === this.#stopTurn) this.#transmit({ type: 'stop', turn: running });
    this.#unanswered = false;
    this.#timer('ping', PING_MS, () => this.#ping());
    this.#renewBefore(credential);
  }

  #apply(event: LogEvent): void {
    try {
      this.#conversation = reduce(this.#conversation ?? emptyConversation, event);
    } catch (error) {
      console.error(error);
      this.#cursorHolds = false;
      this.#waitAndRetry(0);
      return;
    }
    if (event.kind === 'message.queued') this.#forgetShown();
    this.#with.applied(event);
    this.#with.changed();
  }

  #error(frame: Extract<ServerFrame, { type: 'error' }>): void {
    if (frame.id === undefined) {
      console.warn(`the server says: ${frame.code}: ${frame.message}`);
    } else if (frame.retryable) {
      this.#timer('resend', RATE_LIMIT_MS, () => this.#resend());
    } else {
      const { code, message } = frame;
      this.#with.outbox.remove(frame.id);
      this.#outgoing = mark(this.#outgoing, frame.id, { name: 'refused', code, message });
      this.#with.changed();
    }
  }

  #lost(code: number): void {
    if (code === 4404) {
      this.#end('no_such_work');
    } else if (code === 4400) {
      this.#end('refused');
    } else if (code !== 4401) {
      this.#waitAndRetry(code === 4429 ? RATE_LIMIT_MS : 0);
    } else if (this.#refusedToken !== undefined) {
      // Twice in a row, the second time with a token just made: another try would not help.
      this.#end('signed_out');
    } else {
      this.#refusedToken = this.#tokenInUse;
      this.#waitAndRetry(0);
    }
  }

  #end(reason: 'signed_out' | 'no_such_work' | 'refused'): void {
    this.#drop();
    this.#enter({ name: 'ended', reason });
  }

  #waitAndRetry(atLeastMs: number): void {
    this.#drop();
    const ms = Math.max(atLeastMs, backoffMs(this.#attempt, this.#with.random));
    this.#attempt += 1;
    this.#timer('connect', ms, () => void this.#connect());
    this.#enter({ name: 'waiting', retryAt: this.#with.now() + ms });
  }

  #resend(): void {
    for (const message of this.#outgoing) {
      if (message.state.name === 'sending') this.#transmit(messageFrame(message));
    }
  }

  #ping(): void {
    if (this.#unanswered) {
      this.#lost(1006);
      return;
    }
    this.#unanswered = true;
    this.#transmit({ type: 'ping' });
    this.#timer('ping', PING_MS, () => this.#ping());
  }

  #renewBefore(credential: Credential): void {
    const ms = Math.max(1_000, credential.expiresAt - this.#with.now() - RENEW_BEFORE_MS);
    const generation = this.#generation;
    this.#timer('renew', ms, async () => {
      try {
        const next = await this.#with.credential(credential.token);
        if (generation !== this.#generation) return;
        this.#tokenInUse = next.token;
        this.#transmit({ type: 'auth', token: next.token, protocol: 1 });
        this.#renewBefore(next);
      } catch (error) {
        if (generation !== this.#generation) return;
        if (isSessionOver(error)) this.#end('signed_out');
        else this.#renewBefore({ ...credential, expiresAt: this.#with.now() + RENEW_BEFORE_MS + 5_000 });
      }
    });
  }

  #forgetShown(): void {
    const shown = new Set(this.#conversation?.messages.map((message) => message.id));
    this.#outgoing = withoutShown(this.#outgoing, shown);
  }

  #transmit(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#with.changed();
  }

  #timer(name: 'connect' | 'ready' | 'ping' | 'renew' | 'resend', ms: number, fire: () => void): void {
    this.#cancel(name);
    this.#timers.set(name, this.#with.after(ms, fire));
  }

  #cancel(name: 'connect' | 'ready' | 'ping' | 'renew' | 'resend'): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  #drop(): void {
    this.#generation += 1;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#socket?.close();
    this.#socket = null;
  }
}

function messageFrame(message: OutboxMessage): MessageFrame {
  return { type: 'message', id: message.id, text: message.text, delivery: message.delivery };
}

function isSessionOver(error: unknown): boolean {
  return error instanceof Error && error.name === 'SessionOver';
}
