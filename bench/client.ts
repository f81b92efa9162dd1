/** A person's side of the system: a guest's account, Works over REST, and chats over the real WebSocket. */
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { LogEvent } from '../src/domain/events.ts';
import type { ServerFrame } from '../src/protocol/frames.ts';

export interface Account {
  url: string;
  token: string;
}

export async function newGuest(url: string): Promise<Account> {
  const { accessToken } = await post<{ accessToken: string }>(`${url}/api/auth/guest`);
  return { url, token: accessToken };
}

/** Somebody with an account, who has more of the server at once than a guest. */
export async function newPerson(url: string): Promise<Account> {
  const body = { email: `${randomUUID()}@example.org`, password: randomUUID() };
  const { accessToken } = await post<{ accessToken: string }>(`${url}/api/auth/register`, body);
  return { url, token: accessToken };
}

/** Makes a Work and gives its id. */
export async function newWork({ url, token }: Account): Promise<string> {
  return (await post<{ id: string }>(`${url}/api/works`, { title: 'Benchmark' }, token)).id;
}

async function post<T>(url: string, body: unknown = {}, token?: string): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** A frame with the moment it came, before it was parsed; `performance.now()` of this process. */
export interface Arrival<Frame = ServerFrame> {
  at: number;
  frame: Frame;
}

export interface Chat {
  /** Sends a user message; gives its id and the moment it went out. */
  say(text: string): { id: string; at: number };
  send(frame: object): number;
  /** Is told of every frame from now on; gives what ends it. */
  listen(look: (arrival: Arrival) => void): () => void;
  /** The next frame from now on that fits. @throws after two minutes, or where the socket closes first */
  next(fits: (frame: ServerFrame) => boolean, what: string): Promise<Arrival>;
  /** The next event of this kind. */
  nextEvent<Kind extends LogEvent['kind']>(
    kind: Kind,
    fits?: (event: Extract<LogEvent, { kind: Kind }>) => boolean,
  ): Promise<Arrival<Extract<LogEvent, { kind: Kind }>>>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 120_000;

/**
 * Opens a chat; resolves when the server is ready. `after` is the cursor of an earlier connection; `onEvent` is
 * told of every event.
 */
export async function openChat(
  { url, token }: Account,
  workId: string,
  { after, onEvent }: { after?: number; onEvent?: (event: LogEvent, at: number) => void } = {},
): Promise<Chat> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/chat/ws/${workId}`, {
    perMessageDeflate: false,
  });
  const waiting = new Set<(arrival: Arrival) => void>();
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => {}); // for those who wait for a frame
  socket.on('close', (code, reason) => closed.reject(new Error(`the socket closed with ${code} ${reason}`)));
  socket.on('error', () => {}); // a close follows
  socket.on('message', (data) => {
    const at = performance.now();
    const frame = JSON.parse(String(data)) as ServerFrame;
    if (frame.type === 'error') closed.reject(new Error(`the server says ${frame.code}: ${frame.message}`));
    if (frame.type === 'event') onEvent?.(frame as unknown as LogEvent, at);
    for (const look of waiting) look({ at, frame });
  });

  const chat: Chat = {
    send(frame) {
      const at = performance.now();
      socket.send(JSON.stringify(frame));
      return at;
    },
    say(text) {
      const id = randomUUID();
      return { id, at: chat.send({ type: 'message', id, text }) };
    },
    listen(look) {
      waiting.add(look);
      return () => waiting.delete(look);
    },
    next(fits, what) {
      const found = Promise.withResolvers<Arrival>();
      const look = (arrival: Arrival) => fits(arrival.frame) && found.resolve(arrival);
      const late = setTimeout(
        () => found.reject(new Error(`${what} did not come within ${TIMEOUT_MS / 1000} s`)),
        TIMEOUT_MS,
      );
      waiting.add(look);
      const next = Promise.race([found.promise, closed.promise]).finally(() => {
        clearTimeout(late);
        waiting.delete(look);
      });
      next.catch(() => {}); // several are awaited one after the other, and the first failure ends a measure
      return next;
    },
    nextEvent<Kind extends LogEvent['kind']>(
      kind: Kind,
      fits: (event: Extract<LogEvent, { kind: Kind }>) => boolean = () => true,
    ) {
      type Event = Extract<LogEvent, { kind: Kind }>;
      const isIt = (frame: ServerFrame) =>
        frame.type === 'event' && frame.kind === kind && fits(frame as unknown as Event);
      return chat.next(isIt, kind) as unknown as Promise<Arrival<Event>>;
    },
    async close() {
      socket.close();
      await closed.promise.catch(() => {});
    },
  };
  const ready = chat.next((frame) => frame.type === 'ready', 'ready');
  socket.on('open', () =>
    chat.send({ type: 'auth', token, protocol: 1, ...(after === undefined ? {} : { after }) }),
  );
  await ready;
  return chat;
}

/** A new Work with one chat on it. */
export async function openNewWork(
  account: Account,
  onEvent?: (event: LogEvent, at: number) => void,
): Promise<{ workId: string; chat: Chat }> {
  const workId = await newWork(account);
  return { workId, chat: await openChat(account, workId, onEvent ? { onEvent } : {}) };
}
