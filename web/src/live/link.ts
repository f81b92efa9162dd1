/**
 * The socket that comes back: first-frame auth with a cursor, token renewal, signs of life, and reconnection
 * with growing waits (docs/protocol.md, WebSocket). What the frames mean is the connection's business.
 * Socket, tokens, clock and chance come in from outside, so that tests drive them by hand.
 */
import type { ServerFrame } from '../../../src/protocol/frames.ts';
import { CLOSE, PROTOCOL_VERSION } from '../../../src/protocol/socket.ts';
import { backoffMs } from './backoff.ts';
import type { ClientFrame } from './frames.ts';

export interface SocketHandlers {
  opened(): void;
  received(text: string): void;
  /** Called once, also when the socket could not be opened. */
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

export interface LinkDependencies {
  open(handlers: SocketHandlers): Socket;
  /** With `refused`, another one than that. @throws an error named SessionOver when the person must sign in. */
  credential(refused?: string): Promise<Credential>;
  now(): number;
  random(): number;
  /** Calls `fire` once after `ms`; returns what cancels it. */
  after(ms: number, fire: () => void): () => void;
}

export interface LinkHandlers {
  /** The last event that is known; undefined: everything is to be sent. */
  cursor(): number | undefined;
  /** `ready` has come: what waited can be sent. */
  ready(): void;
  received(frame: ServerFrame): void;
  phaseChanged(): void;
}

export type Phase =
  | { name: 'connecting' }
  | { name: 'live' }
  /** `tooMany`: the server takes no further connection, or no more messages, from here at present. */
  | { name: 'waiting'; retryAt: number; tooMany?: boolean }
  | { name: 'ended'; reason: EndReason };

type EndReason = 'signed_out' | 'no_such_work' | 'refused';
type TimerName = 'connect' | 'ready' | 'ping' | 'proof' | 'renew';

/** How long the server may take to say `ready`, and how long silence lasts before it is asked for a sign of life. */
const READY_MS = 10_000;
const PING_MS = 15_000;
/** How long a page that has become visible waits for a sign of life. */
const PROOF_MS = 3_000;
const TOO_MANY_MS = 5_000;
const RENEW_BEFORE_MS = 60_000;

export class Link {
  readonly #with: LinkDependencies;
  readonly #tell: LinkHandlers;
  readonly #timers = new Map<TimerName, () => void>();
  #phase: Phase = { name: 'connecting' };
  #socket: Socket | null = null;
  /** Raised with each try, so that what an older one still has to say is not heard. */
  #generation = 0;
  #attempt = 0;
  #tokenInUse: string | undefined;
  #refusedToken: string | undefined;
  /** A ping was sent and nothing has come since. */
  #unanswered = false;

  constructor(dependencies: LinkDependencies, handlers: LinkHandlers) {
    this.#with = dependencies;
    this.#tell = handlers;
    void this.#connect();
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Sends a frame if the server is ready for it; what must arrive is sent again at the next `ready`. */
  transmit(frame: ClientFrame): void {
    if (this.#phase.name === 'live') this.#send(frame);
  }

  /** Gives this socket up and connects anew. */
  reconnect(tooMany = false): void {
    this.#drop();
    const ms = Math.max(tooMany ? TOO_MANY_MS : 0, backoffMs(this.#attempt, this.#with.random));
    this.#attempt += 1;
    this.#timer('connect', ms, () => void this.#connect());
    this.#enter({ name: 'waiting', retryAt: this.#with.now() + ms, ...(tooMany ? { tooMany } : {}) });
  }

  /**
   * Connects now instead of at the end of the wait: the network came back, or the person did. A socket that looks
   * open may have died while the page was hidden, as on phones: it is asked at once, and given up soon.
   */
  retryNow(): void {
    if (this.#phase.name === 'live') this.#prove();
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
    if (this.#phase.name !== 'connecting') this.#enter({ name: 'connecting' });
    let credential: Credential;
    try {
      credential = await this.#with.credential(this.#refusedToken);
    } catch (error) {
      if (generation !== this.#generation) return;
      if (isSessionOver(error)) this.#end('signed_out');
      else this.reconnect();
      return;
    }
    if (generation !== this.#generation) return;
    this.#tokenInUse = credential.token;
    this.#timer('ready', READY_MS, () => this.reconnect());
    const heard =
      <A extends unknown[]>(handle: (...args: A) => void) =>
      (...args: A) => {
        if (generation === this.#generation) handle(...args);
      };
    this.#socket = this.#with.open({
      opened: heard(() => {
        const after = this.#tell.cursor();
        const cursor = after === undefined ? {} : { after };
        this.#send({ type: 'auth', token: credential.token, ...cursor, protocol: PROTOCOL_VERSION });
      }),
      received: heard((text) => {
        this.#unanswered = false;
        const frame = JSON.parse(text) as ServerFrame;
        if (frame.type === 'ready') this.#ready(credential);
        else this.#tell.received(frame);
      }),
      closed: heard((code) => this.#lost(code)),
    });
  }

  #ready(credential: Credential): void {
    this.#attempt = 0;
    this.#refusedToken = undefined;
    this.#cancel('ready');
    this.#enter({ name: 'live' });
    this.#timer('ping', PING_MS, () => this.#ping());
    this.#renewBefore(credential);
    this.#tell.ready();
  }

  #lost(code: number): void {
    if (code === CLOSE.noSuchWork) {
      this.#end('no_such_work');
    } else if (code === CLOSE.badFirstFrame) {
      this.#end('refused');
    } else if (code !== CLOSE.unauthorized) {
      this.reconnect(code === CLOSE.tooManyOfPerson);
    } else if (this.#refusedToken !== undefined) {
      // Twice in a row, the second time with a token just made: another try would not help.
      this.#end('signed_out');
    } else {
      this.#refusedToken = this.#tokenInUse;
      this.reconnect();
    }
  }

  #ping(): void {
    if (this.#unanswered) {
      this.reconnect();
      return;
    }
    this.#unanswered = true;
    this.#send({ type: 'ping' });
    this.#timer('ping', PING_MS, () => this.#ping());
  }

  #prove(): void {
    this.#unanswered = true;
    this.#send({ type: 'ping' });
    this.#timer('proof', PROOF_MS, () => {
      if (this.#unanswered) this.reconnect();
    });
  }

  #renewBefore(credential: Credential): void {
    const ms = Math.max(1_000, credential.expiresAt - this.#with.now() - RENEW_BEFORE_MS);
    const generation = this.#generation;
    this.#timer('renew', ms, async () => {
      try {
        const next = await this.#with.credential(credential.token);
        if (generation !== this.#generation) return;
        this.#tokenInUse = next.token;
        this.#send({ type: 'auth', token: next.token, protocol: PROTOCOL_VERSION });
        this.#renewBefore(next);
      } catch (error) {
        if (generation !== this.#generation) return;
        if (isSessionOver(error)) this.#end('signed_out');
        else this.#renewBefore({ ...credential, expiresAt: this.#with.now() + RENEW_BEFORE_MS + 5_000 });
      }
    });
  }

  #end(reason: EndReason): void {
    this.#drop();
    this.#enter({ name: 'ended', reason });
  }

  #send(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#tell.phaseChanged();
  }

  #timer(name: TimerName, ms: number, fire: () => void): void {
    this.#cancel(name);
    this.#timers.set(name, this.#with.after(ms, fire));
  }

  #cancel(name: TimerName): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  #drop(): void {
    this.#generation += 1;
    this.#unanswered = false;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#socket?.close();
    this.#socket = null;
  }
}

function isSessionOver(error: unknown): boolean {
  return error instanceof Error && error.name === 'SessionOver';
}
