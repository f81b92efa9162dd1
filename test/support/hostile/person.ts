/** Somebody at the api, as a program: an honest person, or one who tries what could be had. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogEvent } from '../../../src/domain/events.ts';
import { watch } from '../faults/watcher.ts';
import { type Orders, ordering } from './obedient-model.ts';

export interface Answer {
  status: number;
  text: string;
  ms: number;
}

export interface Turn {
  end: LogEvent & { kind: 'turn.completed' };
  /** All of the turn's. */
  events: LogEvent[];
  ms: number;
}

export interface Person {
  token: string;
  request(method: string, route: string, body?: unknown): Promise<Answer>;
  /** PUT of a file of a Work. */
  put(workId: string, file: string, bytes: string | Uint8Array<ArrayBuffer>): Promise<Answer>;
  /** @throws when it is refused */
  newWork(): Promise<string>;
  /** Sends orders to the Work's model; gives what the api said. */
  order(workId: string, orders: Orders): Promise<Answer>;
  /** The same, followed to its end. @throws when it has not ended in `ms` */
  turn(workId: string, orders: Orders, ms: number): Promise<Turn>;
  /** Deletes the Work, again until it is gone. @throws after a minute */
  remove(workId: string): Promise<void>;
}

const LOOK_MS = 100;
const REMOVAL_MS = 60_000;

/** A new guest. */
export async function personAt(url: string): Promise<Person> {
  const guest = await send(url, undefined, 'POST', '/api/auth/guest', {});
  if (guest.status !== 200 && guest.status !== 201)
    throw new Error(`no guest: ${guest.status} ${guest.text}`);
  const { accessToken: token } = JSON.parse(guest.text) as { accessToken: string };
  const request: Person['request'] = (method, route, body) => send(url, token, method, route, body);
  return {
    token,
    request,
    async put(workId, file, bytes) {
      const began = performance.now();
      const response = await fetch(`${url}/api/works/${workId}/files/${file}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        body: bytes,
      });
      return { status: response.status, text: await response.text(), ms: performance.now() - began };
    },
    async newWork() {
      const answer = await request('POST', '/api/works', { title: 'A work' });
      if (answer.status !== 201) throw new Error(`no work: ${answer.status} ${answer.text}`);
      return (JSON.parse(answer.text) as { id: string }).id;
    },
    order: (workId, orders) =>
      request('POST', `/api/works/${workId}/messages`, { id: randomUUID(), text: ordering(orders) }),
    async turn(workId, orders, ms) {
      const began = performance.now();
      const watcher = watch([url], { workId, token });
      try {
        const id = watcher.say(ordering(orders));
        const started = await watcher.event(
          (event) => event.kind === 'turn.started' && event.messageIds.includes(id),
          'the turn began',
          ms,
        );
        const end = await watcher.event(
          (event) => event.kind === 'turn.completed' && event.turn === started.turn,
          'the turn ended',
          ms,
        );
        const events = watcher.events.filter(({ turn }) => turn === started.turn);
        return { end: end as Turn['end'], events, ms: performance.now() - began };
      } finally {
        watcher.close();
      }
    },
    async remove(workId) {
      for (const deadline = performance.now() + REMOVAL_MS; ; await delay(LOOK_MS)) {
        const { status, text } = await request('DELETE', `/api/works/${workId}`);
        if (status === 204 || status === 404) return;
        if (performance.now() > deadline) throw new Error(`it cannot be deleted: ${status} ${text}`);
      }
    },
  };
}

async function send(
  url: string,
  token: string | undefined,
  method: string,
  route: string,
  body?: unknown,
): Promise<Answer> {
  const began = performance.now();
  const response = await fetch(`${url}${route}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text(), ms: performance.now() - began };
}
