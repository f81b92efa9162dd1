/**
 * The server's code as `npm start` and the image run it: bundled (B7, B15). Other tests run it so where it is bundled
 * already; here it is bundled for certain.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bundleFolder } from '../../src/bundle/folder.mjs';
import { type Script, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { FROM_BUNDLE } from '../../src/process/node-options.mjs';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { buildServer } from '../../src/setup/server-build.ts';
import { startProcess } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { answersSoFar, isCodeAgent } from '../support/faults/scripted-turn.ts';
import { testWith } from '../support/needs.ts';
import { smallPng } from '../support/small-png.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { ofKind } from '../support/works.ts';
import { docxBytes, paragraph } from '../unit/tools/documents.ts';

const BUNDLED = { NODE_OPTIONS: FROM_BUNDLE.join(' ') };
const BUILD_MS = 180_000;

/** Reads a document, writes a section, computes; each in a thread or a process of its own. */
const script: Script = (request) => {
  const answered = answersSoFar(request);
  if (isCodeAgent(request)) {
    const code = 'print(6 * 7)';
    if (answered > 0) return textReply('It is computed.');
    return toolReply([{ name: 'run_python', arguments: { code, filename: 'six.py', timeoutSeconds: 60 } }]);
  }
  const steps = [
    { name: 'read_attachment', arguments: { path: 'attachments/plan.docx', offset: null, limit: null } },
    {
      name: 'writemd',
      arguments: { file: 'paper.md', content: '# Aim\n\nTo multiply.\n', mode: 'write' },
    },
    { name: 'code_agent', arguments: { task: 'Multiply.' } },
  ];
  const step = steps[answered];
  return step === undefined ? textReply('All of it is done.') : toolReply([step]);
};

let system: TestSystem;

beforeAll(async () => {
  await buildServer();
  system = await startTestSystem({ script, sees: true, env: { ...BUNDLED, MODEL_SEES: '1' } });
  await system.startWorker();
}, BUILD_MS);

afterAll(() => system?.close());

testWith('bubblewrap')(
  'B7: bundled, api and worker play a turn that reads a document and a picture, writes a section and runs code',
  async () => {
    const { account, workId, chat } = await system.newChat();
    const upload = async (name: string, bytes: Uint8Array) => {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(bytes)]), name);
      const { status } = await fetch(`${system.url}/api/works/${workId}/files`, {
        method: 'POST',
        headers: { authorization: `Bearer ${account.token}` },
        body: form,
      });
      expect(status).toBe(201);
    };
    await upload('plan.docx', docxBytes(paragraph('Multiply six by seven.')));
    await upload('photo.png', smallPng(2_000, 1_000));
    const attachments = ['attachments/plan.docx', 'attachments/photo.png'];
    chat.send({ type: 'message', id: randomUUID(), text: 'Follow the plan.', attachments });
    expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
      outcome: 'done',
    });
    const results = ofKind(chat.events, 'tool.completed');
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(results.length).toBe(4);
    chat.close();

    const asked = JSON.stringify(system.model.requests.map(({ body }) => body.messages));
    expect(asked).toContain('Multiply six by seven.');
    expect(asked).toContain('data:image/');
    expect(asked).toContain('42');
    const templates = await system.request(account, 'GET', '/api/templates');
    const { items } = (await templates.json()) as { items: { id: string }[] };
    const outline = await system.request(account, 'GET', `/api/templates/${items[0]?.id}/outline`);
    expect(outline.status).toBe(200);
    await system.expectSound(workId);
  },
);

test('the bundle`s modules know where their sources lie: threads, programs and data beside them are found', () => {
  const { folder } = bundleFolder();
  const code = readdirSync(folder)
    .filter((name) => name.endsWith('.mjs'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
  const besides = [...code.matchAll(/new URL\(["'`](\.{1,2}\/[^"'`$]*)["'`],\s*\w*urlOf\("([^"]+)"\)/g)].map(
    ([, beside = '', module = '']) => path.join(path.dirname(module), beside),
  );
  expect(besides).toEqual(
    expect.arrayContaining(
      [
        'runner',
        'document-process',
        'picture-process',
        'watchdog-thread',
        'markdown-thread',
        'outline-thread',
        'hash-thread',
      ].map((name) => expect.stringMatching(new RegExp(`^src/.*/${name}\\.ts$`))),
    ),
  );
  expect(besides.filter((file) => !existsSync(path.join(CHECKOUT, file)))).toEqual([]);
});

test('the stack of a bundled worker`s error names the source`s file and line', async () => {
  const worker = startProcess('worker', BUNDLED);
  await worker.ended;
  const thrown = /at (\w+) \(.*\/(src\/[\w/-]+\.ts):(\d+):\d+\)/;
  const frame = await eventually(
    () => worker.lines.find((line) => thrown.test(line)),
    (line) => line !== undefined,
  );
  const [, name = '', file = '', line = ''] = thrown.exec(frame ?? '') ?? [];
  const source = readFileSync(path.join(CHECKOUT, file), 'utf8').split('\n');
  expect(source[Number(line) - 1]).toContain('throw new ConfigError');
  expect(source.slice(0, Number(line)).join('\n')).toContain(`function ${name}(`);
});

test('a bundled process loads its own code, and none of its sources', async () => {
  const loads = `--import=data:text/javascript,${encodeURIComponent(
    "import { registerHooks } from 'node:module'; registerHooks({ load(url, context, next) { " +
      "if (/\\.ts$/.test(url)) console.log('LOADED ' + url); return next(url, context); } });",
  )}`;
  const worker = startProcess('worker', { NODE_OPTIONS: `${loads} ${BUNDLED.NODE_OPTIONS}` });
  await worker.ended;
  await eventually(() => worker.lines.some((line) => line.includes('ConfigError')), Boolean);
  expect(worker.lines.filter((line) => line.startsWith('LOADED'))).toEqual([]);
});
