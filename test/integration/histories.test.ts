/**
 * R11, D10: histories of every kind of turn, as recorded by earlier versions of the workflow code, replay on the
 * code of today. After a change that is meant (docs/workflow-changes.md), RECORD_HISTORIES=1 writes them anew.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { callTool, type Script, textReply } from '../../src/demo-model/reply.ts';
import {
  exportWorkflowIdOf,
  lookUpWorkflowIdOf,
  temporalScheduleIdOf,
  verifyWorkflowIdOf,
} from '../../src/domain/work-names.ts';
import { buildWorkflowBundle } from '../../src/setup/workflow-bundle.ts';
import { startLookUp } from '../../src/temporal/look-up-client.ts';
import { workflowIdOf } from '../../src/workflows/messages.ts';
import { archive } from '../support/archiving.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { answersSoFar, isCodeAgent } from '../support/faults/scripted-turn.ts';
import { heldReply } from '../support/held-reply.ts';
import { comeSince, dailyAgo, makeSchedule } from '../support/schedules.ts';
import { testServers } from '../support/servers.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';
import { untilPhase, workflowOf } from '../support/workflow-of.ts';

const RECORDED = fileURLToPath(new URL('../histories', import.meta.url));
const History = proto.temporal.api.history.v1.History;

const endOf = (chat: ChatClient, turn: number) =>
  chat.event((event) => event.kind === 'turn.completed' && event.turn === turn, `the end of turn ${turn}`);

interface Kind {
  name: string;
  script: Script;
  play: (chat: ChatClient, workId: string) => Promise<unknown>;
  /** Orders what workflows of their own do, and waits for it; gives their ids by what each does. */
  after?: (account: TestAccount, workId: string) => Promise<Record<string, string>>;
}

/** Of what people, models and tools say in these turns, something from each. */
const SAID = [
  'Hello.',
  'Half ',
  'hello',
  'compute',
  'Print one',
  'print(1)',
  '# A',
  'Done.',
  'Which',
  'Both',
  'green',
  'Verdict',
  'new data',
];

/** One of each way that a turn can go. */
const KINDS: Kind[] = [
  {
    name: 'text',
    script: () => textReply('Hello.'),
    play: async (chat) => {
      chat.say('hello');
      await endOf(chat, 1);
    },
    async after(account, workId) {
      const address = `/api/works/${workId}/exports`;
      const ordered = await system.request(account, 'POST', address, { format: 'ipynb' });
      const { id } = (await ordered.json()) as { id: string };
      // The api starts one where its operator lets works be looked up; what it comes to is no matter to its history.
      await startLookUp(client, workId);
      return { export: exportWorkflowIdOf(id), 'look-up': lookUpWorkflowIdOf(workId) };
    },
  },
  {
    name: 'two-turns',
    script: () => textReply('Hello.'),
    play: async (chat) => {
      chat.say('one');
      chat.say('two');
      await endOf(chat, 2);
    },
  },
  {
    name: 'tools',
    script: (request) =>
      answersSoFar(request) > 0
        ? textReply('Done.')
        : {
            kind: 'stream',
            steps: [
              ...callTool(0, 'a', 'tree', { path: null }),
              ...callTool(1, 'b', 'list_attachments', {}),
              ...callTool(2, 'c', 'writemd', { file: 'a.md', content: '# A\n', mode: 'write' }),
            ],
          },
    play: async (chat) => {
      chat.say('use tools');
      await endOf(chat, 1);
    },
  },
  {
    name: 'code-agent',
    script: (request) => {
      if (answersSoFar(request) > 0) return textReply('Done.');
      return isCodeAgent(request)
        ? {
            kind: 'stream',
            steps: callTool(0, 'p', 'run_python', { code: 'print(1)', filename: null, timeoutSeconds: null }),
          }
        : { kind: 'stream', steps: callTool(0, 'c', 'code_agent', { task: 'Print one.' }) };
    },
    play: async (chat) => {
      chat.say('compute');
      await endOf(chat, 1);
    },
    async after(account, workId) {
      const address = `/api/works/${workId}/verify`;
      const ordered = await system.request(account, 'POST', address, { mode: 'recorded' });
      const { id } = (await ordered.json()) as { id: string };
      const look = async () => await (await system.request(account, 'GET', `${address}/${id}`)).json();
      const made = (state: unknown) => (state as { state: string }).state !== 'running';
      expect(await eventually(look, made, 60_000)).toMatchObject({ state: 'done', reproduced: true });
      return { verify: verifyWorkflowIdOf(id) };
    },
  },
  {
    name: 'stopped-at-once',
    script: () => heldReply('Half '),
    play: async (chat) => {
      chat.say('long');
      await chat.event(({ kind }) => kind === 'text.delta', 'the first token');
      chat.send({ type: 'stop' });
      await endOf(chat, 1);
    },
  },
  {
    name: 'asked',
    script: (request) =>
      answersSoFar(request) > 0
        ? textReply('Done.')
        : {
            kind: 'stream',
            steps: [
              ...callTool(0, 'a', 'ask_person', { question: 'Which one?', waitSeconds: null }),
              ...callTool(1, 'b', 'ask_person', { question: 'Which two?', waitSeconds: 1, default: 'Both.' }),
            ],
          },
    play: async (chat, workId) => {
      chat.say('ask me');
      const asked = await chat.event(({ kind }) => kind === 'ask.raised', 'a question');
      await untilPhase(system.temporal, workId, 'asking');
      chat.send({ type: 'answer', ask: 'askId' in asked ? asked.askId : '', text: 'The green one.' });
      await endOf(chat, 1);
    },
  },
  {
    name: 'over-budget',
    script: (request) => {
      if (isCodeAgent(request)) return textReply('Done.');
      return answersSoFar(request) > 0
        ? textReply('Done.')
        : { kind: 'stream', steps: callTool(0, 'a', 'code_agent', { task: 'Print one' }) };
    },
    play: async (chat, workId) => {
      await system.db
        .updateTable('works')
        .set({ budget: JSON.stringify({ turn: { tokens: 1 } }) })
        .where('id', '=', workId)
        .execute();
      chat.say('compute');
      const asked = new Set<string>();
      for (let nth = 1; nth <= 2; nth += 1) {
        const ask = await chat.event(
          (event) => event.kind === 'ask.raised' && !asked.has(event.askId),
          `question ${nth}`,
        );
        const askId = 'askId' in ask ? ask.askId : '';
        asked.add(askId);
        await untilPhase(system.temporal, workId, 'asking');
        chat.send({ type: 'answer', ask: askId, text: 'Go on' });
      }
      await endOf(chat, 1);
    },
  },
  {
    name: 'to-be-allowed',
    script: (request) => {
      if (answersSoFar(request) > 0) return textReply('Done.');
      return isCodeAgent(request)
        ? {
            kind: 'stream',
            steps: callTool(0, 'p', 'run_python', { code: 'print(1)', filename: null, timeoutSeconds: null }),
          }
        : {
            kind: 'stream',
            steps: [
              ...callTool(0, 'm', 'mcp__notes__find', { words: 'one' }),
              ...callTool(1, 'c', 'code_agent', { task: 'Print one.' }),
            ],
          };
    },
    play: async (chat, workId) => {
      await system.db
        .updateTable('works')
        .set({ policy: JSON.stringify({ code: 'ask', mcp: 'ask' }) })
        .where('id', '=', workId)
        .execute();
      chat.say('compute');
      for (const allow of [false, true]) {
        const asked = await chat.event(
          (event) => event.kind === 'ask.raised' && (event.act?.kind === 'code') === allow,
          'a question',
        );
        await untilPhase(system.temporal, workId, 'asking');
        chat.send({ type: 'answer', ask: 'askId' in asked ? asked.askId : '', allow });
      }
      await endOf(chat, 1);
    },
  },
  {
    name: 'reviewed',
    script: (request) => {
      const [first] = request.messages;
      const paper = { file: 'paper.md', content: '# A\n', mode: 'append' };
      if (String(first?.content).startsWith('You are the reviewer of a paper.'))
        return textReply(
          JSON.stringify(request).includes('<before>')
            ? 'Verdict: accept'
            : 'Verdict: revise\n- Name a source.',
        );
      return answersSoFar(request) > 0
        ? textReply('Done.')
        : { kind: 'stream', steps: callTool(0, 'w', 'writemd', paper) };
    },
    play: async (chat, workId) => {
      await system.db
        .updateTable('works')
        .set({ review: JSON.stringify({ rounds: 1 }) })
        .where('id', '=', workId)
        .execute();
      chat.say('hello');
      await endOf(chat, 1);
    },
  },
  {
    name: 'archived',
    script: () => textReply('Hello.'),
    play: async (chat, workId) => {
      chat.say('hello');
      await endOf(chat, 1);
      await system.expectSound(workId);
      await archive(system, workId);
    },
  },
  {
    name: 'scheduled',
    script: () => textReply('Hello.'),
    play: async (chat) => {
      chat.say('hello');
      await endOf(chat, 1);
    },
    async after(account, workId) {
      const { cron, at } = dailyAgo(10);
      const { id } = await makeSchedule(system, account, workId, { cron });
      await comeSince(system.db, id, 20);
      const address = `/api/works/${workId}/schedules/${id}/runs`;
      const look = async () => (await (await system.request(account, 'GET', address)).json()) as object;
      await eventually(look, (runs) => JSON.stringify(runs).includes('"state":"done"'));
      return { time: `${temporalScheduleIdOf(id)}-${at.toISOString().replace('.000', '')}` };
    },
  },
  {
    name: 'failed',
    script: () => ({ kind: 'http', status: 401, body: '{}' }),
    play: async (chat) => {
      chat.say('hello');
      await endOf(chat, 1);
    },
  },
];

let system: TestSystem;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  system = await startTestSystem({
    script: () => textReply('unused'),
    env: { QUOTA_GUEST_SCHEDULES: '1' },
  });
  await system.startWorker();
  connection = await Connection.connect({ address: testServers().temporalAddress });
  client = new Client({ connection, namespace: system.namespace });
});

afterAll(async () => {
  await connection.close();
  await system.close();
});

/** The histories of a Work's workflow, of its code agents, and of other workflows for it, by name. */
async function historiesOf(
  workId: string,
  name: string,
  others: Record<string, string>,
): Promise<[string, string, proto.temporal.api.history.v1.IHistory][]> {
  const found: [string, string, proto.temporal.api.history.v1.IHistory][] = [];
  const main = await client.workflow.getHandle(workflowIdOf(workId)).fetchHistory();
  found.push([name, workflowIdOf(workId), main]);
  for (const event of main.events ?? []) {
    const child = event.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId;
    if (child) found.push([`${name}.child`, child, await client.workflow.getHandle(child).fetchHistory()]);
  }
  for (const [what, id] of Object.entries(others)) {
    const handle = client.workflow.getHandle(id);
    await handle.result();
    found.push([`${name}.${what}`, id, await handle.fetchHistory()]);
  }
  return found;
}

describe('R11, D10', () => {
  test.each(KINDS)(
    'R1: a turn of the kind "$name" replays on the code that made it, and its history holds nothing of what was said',
    async ({ name, script, play, after }) => {
      system.model.setScript(script);
      const { account, workId, chat } = await system.newChat();
      await play(chat, workId);
      chat.close();
      const others = (await after?.(account, workId)) ?? {};
      await workflowOf(client, workId);
      await system.expectSound(workId);
      const workflowBundle = await buildWorkflowBundle();
      for (const [file, workflowId, history] of await historiesOf(workId, name, others)) {
        await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
        const bytes = Buffer.from(History.encode(history).finish());
        expect({ file, said: SAID.filter((words) => bytes.includes(words)) }).toEqual({ file, said: [] });
        if (process.env.RECORD_HISTORIES === '1') {
          const json = {
            workflowId,
            history: History.toObject(History.fromObject(history), {
              longs: String,
              bytes: String,
              enums: String,
            }),
          };
          await writeFile(path.join(RECORDED, `${file}.json`), `${JSON.stringify(json)}\n`);
        }
      }
    },
  );

  test('every recorded history replays on the code of today', async () => {
    const files = (await readdir(RECORDED)).filter((file) => file.endsWith('.json'));
    expect(files.length).toBeGreaterThanOrEqual(KINDS.length);
    const workflowBundle = await buildWorkflowBundle();
    for (const file of files) {
      const { workflowId, history } = JSON.parse(await readFile(path.join(RECORDED, file), 'utf8')) as {
        workflowId: string;
        history: object;
      };
      await Worker.runReplayHistory({ workflowBundle }, History.fromObject(history), workflowId).catch(
        (error: unknown) => {
          throw new Error(`${file} does not replay: ${String(error)}`);
        },
      );
    }
  });

  test('a history that other code made is told apart: this suite can fail', async () => {
    const text = await readFile(path.join(RECORDED, 'tools.json'), 'utf8');
    const { workflowId, history } = JSON.parse(text.replaceAll('"runTool"', '"otherTool"')) as {
      workflowId: string;
      history: object;
    };
    const workflowBundle = await buildWorkflowBundle();
    await expect(
      Worker.runReplayHistory({ workflowBundle }, History.fromObject(history), workflowId),
    ).rejects.toThrow(/determinism/i);
  });
});
