import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Script, textReply, toolReply } from '../../src/demo-model/reply.ts';
import type { StrictRequest } from '../../src/demo-model/strict-request.ts';
import type { LogEvent } from '../../src/domain/events.ts';
import { imageHeader } from '../../src/workspace/image-header.ts';
import { isCodeAgent } from '../support/faults/scripted-turn.ts';
import { smallPng } from '../support/small-png.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { scannedPdf } from '../unit/tools/documents.ts';

/** Draws the same file each time, as wide as it is told. */
const draw = (width: number) =>
  [
    'import os, struct, zlib',
    'def chunk(kind, data):',
    "    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))",
    `head = struct.pack('>IIBBBBB', ${width}, 30, 8, 0, 0, 0, 0)`,
    `rows = (b'\\0' + b'\\x99' * ${width}) * 30`,
    "os.makedirs('images', exist_ok=True)",
    "with open('images/figure.png', 'wb') as out:",
    "    out.write(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))",
  ].join('\n');

/** Each answer by the results that there are: a picture behind them is one more message of the user's side. */
const script: Script = (request) => {
  const results = request.messages.filter(({ role }) => role === 'tool').length;
  if (isCodeAgent(request)) {
    if (results === 2) return textReply('Drawn twice.');
    const code = draw(results === 0 ? 40 : 50);
    return toolReply([
      { name: 'run_python', arguments: { code, filename: `draw${results}.py`, timeoutSeconds: 60 } },
    ]);
  }
  if (results === 0) return toolReply([{ name: 'code_agent', arguments: { task: 'Draw a figure.' } }]);
  return textReply('It is grey.');
};

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ script, sees: true, env: { MODEL_SEES: '1' } });
  await system.startWorker();
});

afterAll(() => system.close());

interface Part {
  type: string;
  image_url?: { url: string };
}

/** The pictures of a request by their sizes, in its order. */
function picturesIn({ messages }: StrictRequest): string[] {
  return messages
    .flatMap(({ content }) => (Array.isArray(content) ? (content as Part[]) : []))
    .filter(({ type }) => type === 'image_url')
    .map(({ image_url: image }) => {
      const header = imageHeader(Buffer.from(image?.url.split(',')[1] ?? '', 'base64'));
      return `${header?.format} ${header?.width}x${header?.height}`;
    });
}

test('W10, M1: a model that sees is shown an upload and its figures as they were then, the same bytes in each step', async () => {
  const { account, workId, chat } = await system.newChat();
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(smallPng(2_000, 1_000))]), 'photo.png');
  const uploaded = await fetch(`${system.url}/api/works/${workId}/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${account.token}` },
    body: form,
  });
  expect(uploaded.status).toBe(201);
  chat.send({
    type: 'message',
    id: randomUUID(),
    text: 'What is on it?',
    attachments: ['attachments/photo.png'],
  });
  const ended = (event: LogEvent) => event.kind === 'turn.completed';
  expect(await chat.event(ended, 'the end of the turn')).toMatchObject({ outcome: 'done' });
  chat.close();

  const requests = system.model.requests.filter(({ problems }) => problems.length === 0);
  expect(system.model.count()).toBe(requests.length);
  const [main, code] = [false, true].map((ofCode) =>
    requests.map(({ body }) => body).filter((body) => isCodeAgent(body) === ofCode),
  );
  expect(main?.map(picturesIn)).toEqual([['png 1568x784'], ['png 1568x784', 'png 50x30']]);
  // The first drawing is shown as it was, although another lies over it by then.
  expect(code?.map(picturesIn)).toEqual([[], ['png 40x30'], ['png 40x30', 'png 50x30']]);
  for (const steps of [main, code]) {
    for (const [at, step] of (steps ?? []).entries()) {
      const before = steps?.[at - 1]?.messages ?? [];
      expect(JSON.stringify(step.messages.slice(0, before.length))).toBe(JSON.stringify(before));
    }
  }
  await system.expectSound(workId);
});

test('W10: a model that sees is shown the page of a scanned PDF that it asked for, and keeps it', async () => {
  system.model.setScript((request) => {
    const results = request.messages.filter(({ role }) => role === 'tool').length;
    if (results === 2) return textReply('Half of it is black.');
    const offset = results === 0 ? null : 2;
    return toolReply([{ name: 'read_attachment', arguments: { path: 'scan.pdf', offset, limit: null } }]);
  });
  const before = system.model.requests.length;
  const { account, workId, chat } = await system.newChat();
  const put = await fetch(`${system.url}/api/works/${workId}/files/attachments/scan.pdf`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${account.token}` },
    body: new Uint8Array(scannedPdf()),
  });
  expect(put.status).toBe(201);
  chat.send({ type: 'message', id: randomUUID(), text: 'Read it.', attachments: ['attachments/scan.pdf'] });
  const ended = (event: LogEvent) => event.kind === 'turn.completed';
  expect(await chat.event(ended, 'the end of the turn')).toMatchObject({ outcome: 'done' });
  chat.close();
  const steps = system.model.requests.slice(before).map(({ body }) => body);
  // Behind the second result there is no page: the document has one.
  expect(steps.map(picturesIn)).toEqual([[], ['png 1568x784'], ['png 1568x784']]);
  expect(JSON.stringify(steps[1])).toContain('attachments/scan.pdf, page 1, shown at 1568 x 784 pixels');
  await system.expectSound(workId);
});
