/** I6: what the operator's file says of servers holds whatever of them answers, and a worker speaks only of its own file. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { listOperatorServers } from '../../src/db/operator-tool-servers.ts';
import { readTurnBeginning } from '../../src/db/turn-beginning.ts';
import type { ListedTool } from '../../src/domain/offered-tools.ts';
import type { OperatorToolServer } from '../../src/domain/operator-tool-servers.ts';
import { operatorToolServersJob } from '../../src/jobs/operator-tool-servers.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { makeWork } from '../support/works.ts';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { name: 'test', max: 4, onIdleError: () => {} });
});

afterEach(async () => {
  await db.deleteFrom('operator_tool_servers').execute();
});

afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const LISTED = ['find', 'make'].map((name) => ({ name, inputSchema: { type: 'object' } }) as ListedTool);

function issues(of: Partial<OperatorToolServer> & { url?: string } = {}): OperatorToolServer {
  const plain = { name: 'issues', url: 'http://a/', headers: {}, guests: true, block: [], ask: [] };
  return { ...plain, ...of } as OperatorToolServer;
}

/** What a worker does with this file, each time that its clock says so. */
function worker(servers: OperatorToolServer[] | undefined, answer: () => ListedTool[] = () => LISTED) {
  const listTools = async () => answer();
  return operatorToolServersJob({ db, operatorToolServers: servers, listTools, log: { warn: () => {} } });
}

const silent = () => {
  throw new Error('It does not answer.');
};

const toldOf = async (workId: string) => (await readTurnBeginning(db, workId)).tools.map(({ name }) => name);

/** Whether a call of the tool is asked about, in a turn that has it. */
async function isAsked(workId: string, tool: string): Promise<boolean> {
  const call = JSON.stringify({ turn: 1, name: `issues__${tool}` });
  const { rows } = await sql<{ asked: boolean }>`
    select is_tool_asked(w, jsonb_populate_record(null::tool_calls, ${call}::jsonb)) as asked
    from works w where id = ${workId}::uuid`.execute(db);
  return rows[0]?.asked ?? false;
}

async function openTurn(workId: string): Promise<void> {
  const tools = JSON.stringify((await readTurnBeginning(db, workId)).tools);
  await db
    .insertInto('openings')
    .values({ work_id: workId, agent: 'main', turn: 1, text: '', tools })
    .execute();
}

test('I6, H2: block, ask and guests of a new file hold although the server gives no list any more', async () => {
  const { workId } = await makeWork(db);
  await worker([issues()]).run();
  expect(await toldOf(workId)).toEqual(['issues__find', 'issues__make']);
  await openTurn(workId);
  expect(await isAsked(workId, 'find')).toBe(false);
  await worker([issues({ block: ['make'], ask: ['find'] })], silent).run();
  expect(await toldOf(workId)).toEqual(['issues__find']);
  expect((await listOperatorServers(db))[0]?.tools.map(({ tool }) => tool)).toEqual(['find']);
  expect(await isAsked(workId, 'find')).toBe(true);
  await worker([issues({ guests: false })], silent).run();
  expect(await toldOf(workId)).toEqual([]);
});

test('I6: what was listed at another address is not offered, nor what a worker with the file before lists late', async () => {
  const { workId } = await makeWork(db);
  await worker([issues()]).run();
  const asked = Promise.withResolvers<void>();
  const late = Promise.withResolvers<ListedTool[]>();
  const slow = operatorToolServersJob({
    ...{ db, operatorToolServers: [issues()], log: { warn: () => {} } },
    listTools: () => {
      asked.resolve();
      return late.promise;
    },
  });
  const listing = slow.run();
  await asked.promise;
  await worker([issues({ url: 'http://b/' })], silent).run();
  expect(await toldOf(workId)).toEqual([]);
  expect(await listOperatorServers(db)).toEqual([]);
  late.resolve(LISTED);
  await listing;
  expect(await toldOf(workId)).toEqual([]);
});

test('I6: a worker without a file forgets nothing; one whose file is empty forgets all', async () => {
  const { workId } = await makeWork(db);
  await worker([issues()]).run();
  await worker(undefined).run();
  expect(await toldOf(workId)).toHaveLength(2);
  await worker([]).run();
  expect(await toldOf(workId)).toEqual([]);
});

test('I6, H2: a server that another worker forgot is asked about in open turns, and is put back as it was listed', async () => {
  const { workId } = await makeWork(db);
  let lists = 0;
  const own = worker([issues({ ask: ['make'] })], () => {
    lists += 1;
    return LISTED;
  });
  await own.run();
  await openTurn(workId);
  await worker([]).run();
  expect(await isAsked(workId, 'find')).toBe(true);
  expect(await isAsked(workId, 'make')).toBe(true);
  await own.run();
  expect(await toldOf(workId)).toHaveLength(2);
  expect(await isAsked(workId, 'find')).toBe(false);
  expect(await isAsked(workId, 'make')).toBe(true);
  expect(lists).toBe(1);
});
