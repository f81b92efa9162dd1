/** Following a turn over connections that break, against a server whose frames the test sends by hand. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type WebSocket, WebSocketServer } from 'ws';
import { followTurn, type Outcome, type Question } from '../../../src/cli/ask/follow-turn.ts';
import { RefusedError } from '../../../src/cli/ask/guest.ts';
import type { LogEvent } from '../../../src/domain/events.ts';
import { until } from '../../support/until.ts';

const WORK = '00000000-0000-4000-8000-000000000001';
const QUESTION = '00000000-0000-4000-8000-000000000002';
const ANSWER = '00000000-0000-4000-8000-000000000003';
const at = '2026-01-01T00:00:00.000Z';
const ready = { type: 'ready', protocol: 1, workId: WORK, seq: 0, status: 'idle' };
const snapshot = { type: 'snapshot', seq: 0, status: 'idle', messages: [] };
const event = (seq: number, body: object) => ({ type: 'event', seq, turn: 1, at, ...body });
const started = event(1, { kind: 'turn.started', messageIds: [QUESTION] });
const delta = (seq: number, text: string) =>
  event(seq, { kind: 'text.delta', messageId: ANSWER, agent: 'main', text });
const completed = (seq: number, outcome: Outcome) =>
  event(seq, { kind: 'turn.completed', outcome, usage: { inputTokens: 1, outputTokens: 1 } });

/** One connection as the server has it. */
interface Peer {
  /** The next frame that the client sends. */
  next(): Promise<unknown>;
  send(...frames: object[]): void;
  close(code: number): void;
}

let server: WebSocketServer;
let peers: AsyncIterator<WebSocket>;
const events: LogEvent[] = [];
const connection: string[] = [];

beforeEach(async () => {
  events.length = 0;
  connection.length = 0;
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  const arrivals: WebSocket[] = [];
  server.on('connection', (socket) => arrivals.push(socket));
  peers = (async function* () {
    for (;;) {
      while (arrivals.length === 0) await once(server, 'connection');
      yield arrivals.shift() as WebSocket;
    }
  })();
  await once(server, 'listening');
});

afterEach(async () => {
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

async function accept(): Promise<Peer> {
  const { value: socket } = (await peers.next()) as { value: WebSocket };
  const frames: unknown[] = [];
  let wake = () => {};
  socket.on('message', (data) => {
    frames.push(JSON.parse(data.toString()));
    wake();
  });
  return {
    async next() {
      while (frames.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return frames.shift();
    },
    send(...out) {
      for (const frame of out) socket.send(JSON.stringify(frame));
    },
    close: (code) => socket.close(code),
  };
}

function ask(options: Partial<Pick<Question, 'stop' | 'token' | 'onAsk'>> = {}): Promise<Outcome> {
  const { port } = server.address() as AddressInfo;
  return followTurn({
    url: `ws://127.0.0.1:${port}/api/chat/ws/${WORK}`,
    token: async () => 'token',
    id: QUESTION,
    text: 'a question',
    onEvent: (seen) => events.push(seen),
    onConnection: (state) => connection.push(state),
    onAsk: async () => undefined,
    stop: new AbortController().signal,
    ...options,
  });
}

describe('following a turn', () => {
  test('the question is put after `ready`, and the turn that answers it is followed to its end', async () => {
    const outcome = ask();
    const peer = await accept();
    expect(await peer.next()).toEqual({ type: 'auth', token: 'token', protocol: 1 });
    peer.send(ready, snapshot);
    expect(await peer.next()).toEqual({ type: 'message', id: QUESTION, text: 'a question' });
    peer.send({ type: 'ack', id: QUESTION, duplicate: false }, started, delta(2, 'Hi'), completed(3, 'done'));
    expect(await outcome).toBe('done');
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test('P2: a broken connection is taken up after the last event that was seen, and the question is not put again', async () => {
    const outcome = ask();
    const first = await accept();
    await first.next();
    first.send(ready, snapshot);
    await first.next();
    first.send({ type: 'ack', id: QUESTION, duplicate: false }, started, delta(2, 'H'));
    first.close(1001);
    const second = await accept();
    expect(await second.next()).toEqual({ type: 'auth', token: 'token', protocol: 1, after: 2 });
    second.send(ready, delta(3, 'i'), completed(4, 'failed'));
    expect(await outcome).toBe('failed');
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  test('P5: a question that was not acked is put again with the same id', async () => {
    const outcome = ask();
    const first = await accept();
    await first.next();
    first.send(ready, snapshot);
    const question = await first.next();
    first.close(1001);
    const second = await accept();
    await second.next();
    second.send(ready);
    expect(await second.next()).toEqual(question);
    second.send({ type: 'ack', id: QUESTION, duplicate: true }, started, completed(2, 'done'));
    expect(await outcome).toBe('done');
  });

  test('a snapshot in place of events that are gone tells how the turn ended', async () => {
    const outcome = ask();
    const first = await accept();
    await first.next();
    first.send(ready, snapshot);
    await first.next();
    first.send({ type: 'ack', id: QUESTION, duplicate: false }, started);
    first.close(1001);
    const second = await accept();
    await second.next();
    const message = { turn: 1, createdAt: at, parts: [{ type: 'text', text: 'x' }] };
    const messages = [
      { ...message, id: QUESTION, role: 'user', status: 'complete' },
      { ...message, id: ANSWER, role: 'assistant', agent: 'main', status: 'stopped' },
    ];
    second.send(ready, { ...snapshot, seq: 9, messages });
    expect(await outcome).toBe('stopped');
  });

  test('the end of another turn is not the end', async () => {
    const outcome = ask();
    const peer = await accept();
    await peer.next();
    peer.send(ready, snapshot);
    await peer.next();
    peer.send({ ...completed(1, 'failed'), turn: 7 }, { ...started, seq: 2 }, completed(3, 'done'));
    expect(await outcome).toBe('done');
  });

  test('a stop is sent for the turn that runs', async () => {
    const stop = new AbortController();
    const outcome = ask({ stop: stop.signal });
    const peer = await accept();
    await peer.next();
    peer.send(ready, snapshot);
    await peer.next();
    peer.send(started);
    await until(() => events.length > 0, 'the turn had begun');
    stop.abort();
    expect(await peer.next()).toEqual({ type: 'stop', turn: 1 });
    peer.send(completed(2, 'stopped'));
    expect(await outcome).toBe('stopped');
  });

  test('a token that the server no longer takes is renewed', async () => {
    const refused: (string | undefined)[] = [];
    const outcome = ask({
      token: async (old) => {
        refused.push(old);
        return old === undefined ? 'first' : 'second';
      },
    });
    const first = await accept();
    await first.next();
    first.close(4401);
    const second = await accept();
    expect(await second.next()).toMatchObject({ token: 'second' });
    second.send(ready, snapshot, started, completed(2, 'done'));
    expect(await outcome).toBe('done');
    expect(refused).toEqual([undefined, 'first']);
  });

  test('a Work that is not there is refused, not tried again', async () => {
    const outcome = ask();
    const peer = await accept();
    peer.close(4404);
    await expect(outcome).rejects.toThrow(RefusedError);
  });

  const ASK = '00000000-0000-4000-8000-000000000004';
  const raised = event(2, { kind: 'ask.raised', askId: ASK, question: 'Which?' });
  const answered = event(3, { kind: 'ask.answered', askId: ASK, by: 'person', text: 'blue' });
  const answer = { type: 'answer', ask: ASK, text: 'blue' };

  test('H1: what the agent asks is put to the person, and the answer is said until it is stored', async () => {
    const asked: string[] = [];
    const outcome = ask({
      onAsk: async ({ question }) => {
        asked.push(question);
        return 'blue';
      },
    });
    const first = await accept();
    await first.next();
    first.send(ready, snapshot);
    await first.next();
    first.send(started, raised);
    expect(await first.next()).toEqual(answer);
    first.close(1001);
    const second = await accept();
    await second.next();
    second.send({ ...ready, seq: 2, status: 'asking' });
    expect(await second.next()).toEqual({ type: 'message', id: QUESTION, text: 'a question' });
    expect(await second.next()).toEqual(answer);
    second.send(answered, completed(4, 'done'));
    expect(await outcome).toBe('done');
    expect(asked).toEqual(['Which?']);
  });

  test('H1: a question that is answered elsewhere is taken back from the person', async () => {
    const taken = Promise.withResolvers<void>();
    const outcome = ask({
      onAsk: async (_ask, over) => {
        await once(over, 'abort');
        taken.resolve();
        return undefined;
      },
    });
    const peer = await accept();
    await peer.next();
    peer.send(ready, snapshot);
    await peer.next();
    peer.send(started, raised, answered);
    await taken.promise;
    peer.send(completed(4, 'done'));
    expect(await outcome).toBe('done');
  });

  test('H1: to a Work that waits for an answer the words are that answer, and its turn is followed', async () => {
    const outcome = ask();
    const peer = await accept();
    await peer.next();
    const call = { type: 'tool', toolCallId: ANSWER, name: 'ask_person', arguments: {}, state: 'running' };
    const message = {
      id: WORK,
      turn: 1,
      role: 'assistant',
      status: 'complete',
      createdAt: at,
      parts: [call],
    };
    peer.send(
      { ...ready, seq: 2, status: 'asking' },
      {
        ...{ ...snapshot, seq: 2, status: 'asking', messages: [message] },
        ask: { askId: ASK, toolCallId: ANSWER, question: 'Which?' },
      },
    );
    expect(await peer.next()).toEqual({ ...answer, text: 'a question' });
    peer.send({ type: 'ack', id: ASK, duplicate: false }, answered, completed(4, 'done'));
    expect(await outcome).toBe('done');
  });

  const act = { kind: 'code', tool: 'run_python', arguments: { code: 'print(1)' } };
  const waiting = [
    { ...ready, seq: 2, status: 'asking' },
    {
      ...{ ...snapshot, seq: 2, status: 'asking' },
      messages: [
        {
          ...{ id: WORK, turn: 1, role: 'assistant', status: 'complete', createdAt: at },
          parts: [{ type: 'tool', toolCallId: ANSWER, name: 'run_python', arguments: {}, state: 'running' }],
        },
      ],
      ask: { askId: ASK, toolCallId: ANSWER, question: 'May it?', act },
    },
  ];

  test('H2: to a Work that waits with an act the words are no answer: it is shown, answered, and then they are a message', async () => {
    const shown: unknown[] = [];
    const outcome = ask({
      onAsk: async (one) => {
        shown.push([one.askId, one.act]);
        return 'Allow';
      },
    });
    const peer = await accept();
    await peer.next();
    peer.send(...waiting);
    expect(await peer.next()).toEqual({ ...answer, text: 'Allow' });
    peer.send(answered, event(4, { kind: 'ask.raised', askId: WORK, question: 'And this?', act }));
    expect(await peer.next()).toEqual({ type: 'message', id: QUESTION, text: 'a question' });
    expect(await peer.next()).toEqual({ type: 'answer', ask: WORK, text: 'Allow' });
    peer.send(completed(5, 'stopped'), { ...started, seq: 6, turn: 2 }, { ...completed(7, 'done'), turn: 2 });
    expect(await outcome).toBe('done');
    expect(shown).toEqual([
      [ASK, act],
      [WORK, act],
    ]);
  });

  test('H2: a stop while a Work waits with an act stops that turn, and the words are not said', async () => {
    const stop = new AbortController();
    const shown = Promise.withResolvers<void>();
    const outcome = ask({
      stop: stop.signal,
      onAsk: async () => {
        shown.resolve();
        return undefined;
      },
    });
    const peer = await accept();
    await peer.next();
    peer.send(...waiting);
    await shown.promise;
    stop.abort();
    expect(await peer.next()).toEqual({ type: 'stop', turn: 1 });
    peer.send({ ...answered, by: 'stop', text: '' }, completed(4, 'stopped'));
    expect(await outcome).toBe('stopped');
  });

  test('H1: a question that cannot be put to the person ends what is followed with the reason', async () => {
    const outcome = ask({
      onAsk: async () => {
        throw new Error('the editor is gone');
      },
    });
    const peer = await accept();
    await peer.next();
    peer.send(ready, snapshot);
    await peer.next();
    peer.send(started, raised);
    await expect(outcome).rejects.toThrow('the editor is gone');
  });

  test('H1: the failure of a question that is over is no failure', async () => {
    const outcome = ask({
      onAsk: async (_ask, over) => {
        await once(over, 'abort');
        throw new Error('cancelled');
      },
    });
    const peer = await accept();
    await peer.next();
    peer.send(ready, snapshot);
    await peer.next();
    peer.send(started, raised, answered, completed(4, 'done'));
    expect(await outcome).toBe('done');
  });
});
