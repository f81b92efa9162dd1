/** The backup of docs/operations.md for one machine (issue 8.6): stopped, a system is its PA_DATA. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findFreePort } from '../../src/setup/ports.ts';
import { openChat } from '../support/chat-client.ts';
import { type AppProcess, startProcess } from '../support/child-process.ts';

const START_MS = 90_000;

let folder: string;
const supervisors: AppProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'paperagent-backup-'));
  // As root Postgres runs as another user, who has to get in.
  await chmod(folder, 0o755);
});
afterAll(async () => {
  for (const supervisor of supervisors) await supervisor.signal('SIGTERM');
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}, START_MS);

async function start(dataDir: string) {
  const port = await findFreePort();
  const supervisor = startProcess('start', {
    ...{ PORT: String(port), PA_DATA: dataDir, SANDBOX: 'bubblewrap', SANDBOX_LIBRARIES: 'few' },
    // Set, so that a developer's .env does not count.
    ...{ OPENAI_BASE_URL: '', DATABASE_URL: '', TEMPORAL_ADDRESS: '' },
  });
  supervisors.push(supervisor);
  await supervisor.line((line) => line.startsWith('ready ('), 'it was ready');
  const url = `http://127.0.0.1:${port}`;
  const ask = async <T>(method: string, route: string, token?: string): Promise<T> => {
    const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    const answer = await fetch(`${url}${route}`, { method, ...(headers ? { headers } : {}) });
    expect(answer.ok).toBe(true);
    return (await answer.json()) as T;
  };
  /** Says something, and waits for the end of that turn. */
  const talk = async (workId: string, token: string, turn: number) => {
    const chat = await openChat(url, { workId, token });
    chat.say('Who are you?');
    const isEnd = (event: { kind: string; turn: number | null }) =>
      event.kind === 'turn.completed' && event.turn === turn;
    expect(await chat.event(isEnd, `the end of turn ${turn}`)).toMatchObject({ outcome: 'done' });
    chat.close();
  };
  return { ask, talk, stop: () => supervisor.signal('SIGTERM') };
}

test(
  'a copy of the PA_DATA of a stopped system is that system: who was signed in goes on with what they had',
  async () => {
    const [here, copy] = [path.join(folder, 'here'), path.join(folder, 'copy')];
    const before = await start(here);
    const { accessToken } = await before.ask<{ accessToken: string }>('POST', '/api/auth/guest');
    const { items: templates } = await before.ask<{ items: unknown[] }>('GET', '/api/templates', accessToken);
    const { id } = await before.ask<{ id: string }>('POST', '/api/works', accessToken);
    await before.talk(id, accessToken, 1);
    const messages = () => `/api/works/${id}/messages`;
    const said = await before.ask<{ items: unknown[] }>('GET', messages(), accessToken);
    expect(said.items).toHaveLength(2);
    await before.stop();

    // With owners and modes, for Postgres looks at both.
    execFileSync('cp', ['-a', here, copy]);
    await rm(here, { recursive: true });

    const after = await start(copy);
    expect(await after.ask('GET', messages(), accessToken)).toEqual(said);
    expect(await after.ask('GET', '/api/templates', accessToken)).toMatchObject({ items: templates });
    await after.talk(id, accessToken, 2);
  },
  3 * START_MS,
);
