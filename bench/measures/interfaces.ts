/**
 * What each interface adds to the first token over the socket (I10), in turn about, so that the machine's mood is shared; and
 * 200 SSE clients of one Work.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { textReply } from '../../src/demo-model/reply.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { type Account, newGuest, newWork, openChat } from '../client.ts';
import type { Bench, Figure, Measure } from '../measure.ts';
import { usageOf } from '../processes.ts';
import { pacedTokens, TOKEN_LENGTH } from '../replies.ts';
import { type Piece, piecesOf } from '../sse.ts';
import { percentile } from '../statistics.ts';
import { readTheAnswer, takeTurn } from '../turn.ts';

/** The answer's first word, which stands nowhere else in what is sent. */
const WORD = 'Certainly';
const MOST_MORE_MS = 3;

export const interfaces: Measure = {
  id: 'INTERFACES',
  async run(bench) {
    return [...(await firstTokens(bench)), ...(await manyListeners(bench))];
  },
};

/** Says something once, and gives when it was sent and when the answer's first word came; reads the answer to its end. */
type Ask = () => Promise<{ sentAt: number; firstTokenAt: number }>;

async function firstTokens(bench: Bench): Promise<Figure[]> {
  bench.model.setScript(() => textReply(`${WORD}, as far as that goes.`));
  const account = await newGuest(bench.system.instance().appUrl);
  const key = await newKey(account);
  const chat = await openChat(account, await newWork(account));
  const editor = await openEditor(account, key, await newWork(account));
  const asks: Record<string, Ask> = {
    socket: () => takeTurn(chat, 'Is it?'),
    'chat completions': await overHttp(account, key, '/v1/chat/completions', (work) => ({
      ...{ model: `work:${work}`, stream: true, messages: [{ role: 'user', content: 'Is it?' }] },
    })),
    responses: await overHttp(account, key, '/v1/responses', (work) => ({
      ...{ model: `work:${work}`, stream: true, input: 'Is it?' },
    })),
    'AI SDK': await overHttp(account, key, '/ai-sdk/chat', (work) => ({
      id: work,
      trigger: 'submit-message',
      messages: [{ id: randomUUID(), role: 'user', parts: [{ type: 'text', text: 'Is it?' }] }],
    })),
    'AG-UI': await overHttp(account, key, '/ag-ui', (work) => ({
      ...{ threadId: work, runId: randomUUID(), state: {}, tools: [], context: [], forwardedProps: {} },
      messages: [{ id: randomUUID(), role: 'user', content: 'Is it?' }],
    })),
    ACP: editor.ask,
  };
  const samples = new Map(Object.keys(asks).map((name) => [name, [] as number[]]));
  const warm = bench.times(10, 1);
  const rounds = bench.times(100, 5);
  for (let round = -warm; round < rounds; round += 1) {
    for (const [name, ask] of Object.entries(asks)) {
      await readTheAnswer();
      const { sentAt, firstTokenAt } = await ask();
      const request = bench.model.requests.at(-1);
      if (request?.firstByteAt === undefined) throw new Error('the model was not asked');
      const took = firstTokenAt - sentAt - (request.firstByteAt - request.receivedAt);
      if (round >= 0) samples.get(name)?.push(took);
    }
  }
  await chat.close();
  editor.close();
  const ofSocket = percentile(samples.get('socket') ?? [], 0.5);
  return [...samples].map(([name, of]) => {
    const p50 = percentile(of, 0.5);
    if (name === 'socket') return { what: 'first token over the socket, p50', value: p50, unit: 'ms' };
    return {
      what: `first token by ${name}, more than the socket's, p50`,
      value: p50 - ofSocket,
      unit: 'ms',
      reach: { most: MOST_MORE_MS },
      note: `${p50.toFixed(1)} ms; p99 ${percentile(of, 0.99).toFixed(1)} ms`,
    };
  });
}

async function newKey({ url, token }: Account): Promise<string> {
  const made = await fetch(`${url}/api/auth/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bench', scopes: ['read', 'write'] }),
  });
  return ((await made.json()) as { key: string }).key;
}

async function overHttp(
  account: Account,
  key: string,
  path: string,
  body: (workId: string) => object,
): Promise<Ask> {
  const workId = await newWork(account);
  return async () => {
    const sentAt = performance.now();
    const response = await fetch(`${account.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify(body(workId)),
    });
    return { sentAt, firstTokenAt: await firstWord(piecesOf(response)) };
  };
}

/** When the answer's first word came. Reads to the end. */
async function firstWord(pieces: AsyncIterable<Piece>): Promise<number> {
  let text = '';
  let found: number | undefined;
  for await (const piece of pieces) {
    text += piece.text;
    // A word may come in pieces: its first letters are its first token.
    if (found === undefined && text.includes(WORD.slice(0, 3))) found = piece.at;
  }
  if (found === undefined) throw new Error(`the answer had no word: ${text.slice(-500)}`);
  return found;
}

/** An editor that speaks ACP to a process of its own, by lines. */
async function openEditor({ url }: Account, key: string, sessionId: string) {
  const child = spawn(process.execPath, [join(CHECKOUT, 'src/main/acp.ts'), '--url', url], {
    env: { ...process.env, PAPERAGENT_KEY: key },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let id = 0;
  let text = '';
  let look: (at: number) => void = () => {};
  child.stdout.on('data', (bytes: Buffer) => {
    const at = performance.now();
    text += bytes.toString();
    look(at);
  });
  /** Sends a request; gives when it was answered, and when the answer's first word came before that. */
  const request = (method: string, params: object) =>
    new Promise<{ sentAt: number; firstTokenAt: number }>((resolve) => {
      id += 1;
      text = '';
      let firstTokenAt = Number.NaN;
      const own = `"id":${id}`;
      look = (at) => {
        if (Number.isNaN(firstTokenAt) && text.includes(WORD.slice(0, 3))) firstTokenAt = at;
        if (text.includes(own)) resolve({ sentAt, firstTokenAt });
      };
      const sentAt = performance.now();
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  await request('initialize', { protocolVersion: 1, clientCapabilities: {} });
  const prompt = [{ type: 'text', text: 'Is it?' }];
  return {
    ask: () => request('session/prompt', { sessionId, prompt }),
    close: () => void child.kill(),
  };
}

/** 200 clients of one Work's event stream. */
async function manyListeners(bench: Bench): Promise<Figure[]> {
  const clients = bench.times(200, 10);
  const perSecond = 20;
  const tokens = perSecond * bench.times(30, 3);
  const written: number[] = [];
  bench.model.setScript(() => pacedTokens({ tokens, perSecond }, (_index, at) => written.push(at)));
  const account = await newGuest(bench.system.instance().appUrl);
  const workId = await newWork(account);
  const chat = await openChat(account, workId);
  const leave = new AbortController();
  const lags: number[] = [];
  let lost = 0;
  const listening = Array.from({ length: clients }, () => listen());
  // All of them are there before the first token.
  await delay(1_000);
  const api = bench.system.pid('api');
  const ended = chat.nextEvent('turn.completed');
  const [before, began] = [usageOf(api), performance.now()];
  chat.say('Go on.');
  await ended;
  const [after, seconds] = [usageOf(api), (performance.now() - began) / 1000];
  const received = await Promise.all(listening);
  leave.abort();
  for (const count of received) lost += tokens - count;
  await chat.close();
  return [
    { what: `${clients} SSE clients of one Work: chunk lag, p50`, value: percentile(lags, 0.5), unit: 'ms' },
    { what: `${clients} SSE clients: chunk lag, p99`, value: percentile(lags, 0.99), unit: 'ms' },
    { what: `${clients} SSE clients: tokens lost`, value: lost, unit: 'tokens', reach: { most: 0 } },
    {
      what: `${clients} SSE clients: processor time of api`,
      value: ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100,
      unit: '%',
      note: `of one core, at ${perSecond} tokens/s`,
    },
  ];

  /** One client, until the turn's end: how many tokens it got. */
  async function listen(): Promise<number> {
    const response = await fetch(`${account.url}/api/works/${workId}/events`, {
      headers: { authorization: `Bearer ${account.token}` },
      signal: leave.signal,
    });
    let count = 0;
    let rest = '';
    for await (const { at, text } of piecesOf(response)) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (!line.startsWith('data: ')) continue;
        const event = JSON.parse(line.slice('data: '.length)) as { kind?: string; text?: string };
        if (event.kind === 'turn.completed') return count;
        if (event.kind !== 'text.delta') continue;
        for (let more = (event.text ?? '').length / TOKEN_LENGTH; more > 0; more -= 1) {
          const writtenAt = written[count];
          if (writtenAt !== undefined && count > 0) lags.push(at - writtenAt);
          count += 1;
        }
      }
    }
    return count;
  }
}
