/** Versions of a Work's files: kept as things happen, shown, brought back (T4, T9, T10, P18). */
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callTool, textReply } from '../../src/demo-model/reply.ts';
import type { FileDifference, SnapshotInfo } from '../../src/domain/versions.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';
import { ofKind, wholeLog } from '../support/works.ts';

let system: TestSystem;
/** What each turn writes: [file, content] one after the other. */
let writes: [string, string][] = [];

beforeAll(async () => {
  system = await startTestSystem({
    script: (request) => {
      const next = writes[answersSoFar(request)];
      if (next === undefined) return textReply('Done.');
      const [file, content] = next;
      return { kind: 'stream', steps: callTool(0, 'w', 'writemd', { file, content, mode: 'write' }) };
    },
  });
  await system.startWorker();
});
afterAll(() => system.close());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function fetchOf(account: TestAccount, workId: string, method: string, rest: string, body?: string) {
  return fetch(`${system.url}/api/works/${workId}/${rest}`, {
    method,
    headers: { authorization: `Bearer ${account.token}` },
    ...(body === undefined ? {} : { body }),
  });
}

/** A Work with its socket, and short words for what the tests do with it. */
async function begin() {
  const { account, workId, chat } = await system.newChat();
  let turns = 0;
  const nextTurn = () => {
    turns += 1;
    const turn = turns;
    return chat.event(
      (event) => event.kind === 'turn.completed' && event.turn === turn,
      `the end of turn ${turn}`,
    );
  };
  const get = async <T>(rest: string): Promise<T> => {
    const response = await system.request(account, 'GET', `/api/works/${workId}/${rest}`);
    expect(response.status).toBe(200);
    return (await response.json()) as T;
  };
  return {
    account,
    workId,
    chat,
    get,
    async put(path: string, content: string) {
      expect((await fetchOf(account, workId, 'PUT', `files/${path}`, content)).ok).toBe(true);
    },
    async remove(path: string) {
      expect((await fetchOf(account, workId, 'DELETE', `files/${path}`)).status).toBe(204);
    },
    async text(rest: string) {
      const response = await fetchOf(account, workId, 'GET', rest);
      return response.ok ? await response.text() : response.status;
    },
    snapshots: async (query = '') =>
      (await get<{ items: SnapshotInfo[] }>(`snapshots?limit=100${query}`)).items,
    /** Plays a turn that writes these files; gives the id of the message that began it. */
    async turn(...files: [string, string][]): Promise<string> {
      writes = files;
      const id = randomUUID();
      const ended = nextTurn();
      await system.request(account, 'POST', `/api/works/${workId}/messages`, { id, text: 'write' });
      await ended;
      return id;
    },
    async files(): Promise<Record<string, string>> {
      const { items } = await get<{ items: { path: string; kind: string }[] }>('files');
      const found: Record<string, string> = {};
      for (const { path, kind } of items)
        if (kind === 'file')
          found[path] = await (await fetchOf(account, workId, 'GET', `files/${path}`)).text();
      return found;
    },
    /** Says a message anew and waits for the end of its turn; gives the new message's id. */
    async rerun(message: string, more: object, ...files: [string, string][]): Promise<string> {
      writes = files;
      const id = randomUUID();
      const ended = nextTurn();
      const route = `/api/works/${workId}/messages/${message}/rerun`;
      expect((await system.request(account, 'POST', route, { id, ...more })).status).toBe(202);
      await ended;
      return id;
    },
    restore: (body: object) => system.request(account, 'POST', `/api/works/${workId}/restore`, body),
  };
}

test('T4, P18: a turn’s start, each call that changed a file and each save is a snapshot with its event and old bytes', async () => {
  const work = await begin();
  await work.put('data.csv', 'a,b\n1,2\n');
  await work.turn(['notes.md', 'first'], ['notes.md', 'second']);
  await work.put('notes.md', 'mine');
  await work.remove('data.csv');
  const all = await work.snapshots();
  expect(all.map(({ reason }) => reason)).toEqual(['person', 'person', 'tool', 'tool', 'turn', 'person']);
  expect(all.map(({ turn }) => turn)).toEqual([undefined, undefined, 1, 1, 1, undefined]);
  const events = ofKind(await wholeLog(system.db, work.workId), 'workspace.snapshot');
  expect(events.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toReversed());

  const notes = await work.snapshots('&path=notes.md');
  expect(notes.map((snapshot) => snapshot.sha256)).toEqual(['mine', 'second', 'first'].map(sha256));
  const texts = notes.map(({ id }) => work.text(`snapshots/${id}/files/notes.md`));
  expect(await Promise.all(texts)).toEqual(['mine', 'second', 'first']);
  const [removed] = await work.snapshots('&path=data.csv');
  expect(removed).toMatchObject({ reason: 'person', sha256: null });
  expect(await work.text(`snapshots/${removed?.id}/files/data.csv`)).toBe(404);

  const turn = all.find(({ reason }) => reason === 'turn');
  const { items } = await work.get<{ items: FileDifference[] }>(`snapshots/${turn?.id}/diff`);
  expect(items).toEqual([
    {
      path: 'data.csv',
      change: 'removed',
      before: { sha256: sha256('a,b\n1,2\n'), size: 8 },
      byPerson: true,
      kept: true,
    },
    {
      path: 'notes.md',
      change: 'added',
      after: { sha256: sha256('mine'), size: 4 },
      byPerson: true,
      kept: true,
    },
  ]);
});

test('T4, P18: a snapshot is brought back whole or in part, and that is undone by the one that is given', async () => {
  const work = await begin();
  await work.put('a/b.txt', 'as it was');
  await work.put('gone.txt', 'to be removed');
  await work.turn();
  const [then] = await work.snapshots();
  const before = await work.files();
  await work.put('a/b.txt', 'other');
  await work.remove('gone.txt');
  await work.put('new.txt', 'new');
  const after = await work.files();

  const part = await work.restore({ snapshot: then?.id, paths: ['a/b.txt'] });
  expect(part.status).toBe(200);
  expect(await work.files()).toEqual({ ...after, 'a/b.txt': 'as it was' });
  const whole = await work.restore({ snapshot: then?.id });
  expect(await whole.json()).toMatchObject({ left: [] });
  expect(await work.files()).toEqual(before);
  const { snapshot } = (await part.json()) as { snapshot: string };
  expect((await work.restore({ snapshot })).status).toBe(200);
  expect(await work.files()).toEqual(after);

  const restored = ofKind(await wholeLog(system.db, work.workId), 'workspace.restored');
  expect(restored.map(({ files }) => files)).toEqual([1, 2, 3]);
  expect(restored[2]).toMatchObject({ snapshot });
  expect((await work.restore({ snapshot: randomUUID() })).status).toBe(404);
  const stranger = await system.guest();
  for (const route of ['snapshots', `snapshots/${snapshot}/diff`, `snapshots/${snapshot}/files/a/b.txt`])
    expect((await fetchOf(stranger, work.workId, 'GET', route)).status).toBe(404);
});

test('T10: who saves while files are brought back loses nothing: what is replaced is a version', async () => {
  const work = await begin();
  const paths = Array.from({ length: 12 }, (_, index) => `data/${index}.txt`);
  for (const path of paths) await work.put(path, `old ${path}`);
  await work.turn();
  const [then] = await work.snapshots();
  for (const path of paths) await work.put(path, `new ${path}`);
  const restoring = work.restore({ snapshot: then?.id });
  const saved: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    for (const path of paths) {
      const content = `saved ${round} ${path}`;
      const { ok } = await fetchOf(work.account, work.workId, 'PUT', `files/${path}`, content);
      if (ok) saved.push(sha256(content));
    }
  }
  await restoring;
  const kept = new Set<string>();
  for (const path of paths)
    for (const { sha256: hash } of await work.snapshots(`&path=${path}`)) if (hash) kept.add(hash);
  const now = new Set(Object.values(await work.files()).map(sha256));
  expect(saved.filter((hash) => !kept.has(hash) && !now.has(hash))).toEqual([]);
});

test('T9, T10: a message is run again with the files as they were; what a person changed since stays unless it is taken', async () => {
  const work = await begin();
  await work.put('data.csv', 'v1');
  await work.turn(['notes.md', 'one']);
  const second = await work.turn(['notes.md', 'two'], ['extra.md', 'x']);
  await work.put('data.csv', 'v2');
  await work.put('attachments/later.csv', 'later');
  const { 'paper.md': paper = '' } = await work.files();
  const kept = await work.rerun(second, {}, ['extra.md', 'y']);
  expect(await work.files()).toMatchObject({ 'notes.md': 'two', 'extra.md': 'y' });
  const again = await work.rerun(kept, { files: 'restore' }, ['seen.md', 'z']);
  const mine = { 'paper.md': paper, 'data.csv': 'v2', 'attachments/later.csv': 'later' };
  expect(await work.files()).toEqual({ ...mine, 'notes.md': 'two', 'extra.md': 'x', 'seen.md': 'z' });
  await work.rerun(again, { files: 'restore' });
  expect(await work.files()).toEqual({ ...mine, 'notes.md': 'two', 'extra.md': 'x' });

  const events = await wholeLog(system.db, work.workId);
  const [restored] = ofKind(events, 'workspace.restored');
  const ofTurn = events.filter(({ turn }) => turn !== null && turn === restored?.turn);
  const kinds = ofTurn.map(({ kind }) => kind);
  expect(kinds.indexOf('workspace.restored')).toBeLessThan(kinds.indexOf('tool.called'));
  expect(kinds.indexOf('workspace.restored')).toBeLessThan(kinds.lastIndexOf('workspace.snapshot'));
  await system.expectSound(work.workId);
});

test('T9: a person’s own changes come back too where they are named, and attachments of later go', async () => {
  const work = await begin();
  await work.put('data.csv', 'v1');
  const first = await work.turn(['notes.md', 'one']);
  await work.put('data.csv', 'v2');
  await work.put('attachments/later.csv', 'later');
  const before = await work.files();
  const again = await work.rerun(first, { files: 'restore' });
  const { 'notes.md': _gone, ...rest } = before;
  expect(await work.files()).toEqual(rest);
  await work.put('data.csv', 'v3');
  const { snapshot } = (await (
    await work.restore({
      snapshot: (await work.snapshots()).find(({ turn }) => turn === 1)?.id,
      paths: ['notes.md'],
    })
  ).json()) as { snapshot: string };
  expect(snapshot).toMatch(/^[0-9a-f-]{36}$/);
  expect((await work.files())['notes.md']).toBe('one');
  await work.rerun(again, { files: 'restore', taken: ['data.csv'] });
  expect(await work.files()).toEqual(rest);
});

test('P18, T9: a Work branches off at a message, with what was said and the files as they were there', async () => {
  const work = await begin();
  await work.put('data.csv', 'v1');
  await work.turn(['notes.md', 'one']);
  const after = await work.files();
  const second = await work.turn(['notes.md', 'two'], ['extra.md', 'x']);
  await work.put('data.csv', 'v2');
  const branch = async (throughMessageId: string) => {
    const route = `/api/works/${work.workId}/duplicate`;
    const response = await system.request(work.account, 'POST', route, { throughMessageId });
    if (response.status !== 201) return response.status;
    const { id } = (await response.json()) as { id: string };
    const get = async (rest: string) =>
      (await (await fetchOf(work.account, id, 'GET', rest)).json()) as { items: Record<string, string>[] };
    const files: Record<string, string> = {};
    for (const { path = '', kind } of (await get('files')).items)
      if (kind === 'file')
        files[path] = await (await fetchOf(work.account, id, 'GET', `files/${path}`)).text();
    return { id, files, roles: (await get('messages')).items.map(({ role }) => role) };
  };
  const { items } = await work.get<{ items: { id: string; role: string; turn: number }[] }>('messages');
  const answer = items.findLast(({ role, turn }) => role === 'assistant' && turn === 1);
  const ofFirst = items.filter(({ turn }) => turn === 1).map(({ role }) => role);
  expect(await branch(answer?.id ?? '')).toMatchObject({ files: after, roles: ofFirst });
  const atWords = await branch(second);
  expect(atWords).toMatchObject({ files: after, roles: [...ofFirst, 'user'] });
  expect(await branch(randomUUID())).toBe(404);
  // The branch is a Work like any other: it goes on from there.
  if (typeof atWords === 'number') throw new Error('no branch');
  const chat = await system.chat(work.account, atWords.id);
  writes = [['more.md', 'm']];
  chat.say('go on');
  await chat.event(({ kind, turn }) => kind === 'turn.completed' && turn === 3, 'the end of its next turn');
  const { items: listed } = (await (await fetchOf(work.account, atWords.id, 'GET', 'files')).json()) as {
    items: { path: string }[];
  };
  expect(listed.map(({ path }) => path)).toContain('more.md');
  await system.expectSound(work.workId);
});
