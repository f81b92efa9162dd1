/** H7: turns that come by themselves, by Temporal's schedules, each an ordinary turn and each once. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ScheduleNotFoundError } from '@temporalio/client';
import { sql } from 'kysely';
import { findSchedule, takeTime } from '../../src/db/scheduled-times.ts';
import { textReply } from '../../src/demo-model/reply.ts';
import { parseCron } from '../../src/domain/schedules/cron.ts';
import { nextTimes } from '../../src/domain/schedules/next-times.ts';
import { temporalScheduleIdOf } from '../../src/domain/work-names.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { forgetSchedule, tellSchedule } from '../../src/temporal/schedule-client.ts';
import { eventually } from '../support/eventually.ts';
import { heldReply } from '../support/held-reply.ts';
import { comeSince, dailyAgo, makeSchedule } from '../support/schedules.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';
import { NO_QUOTAS } from '../support/works.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

let system: TestSystem;
let account: TestAccount;

beforeAll(async () => {
  system = await startTestSystem({
    script: () => textReply('Done.'),
    env: { QUOTA_SCHEDULES: '30', QUOTA_GUEST_SCHEDULES: '3' },
  });
  await system.startWorker();
  account = await register();
});

afterAll(async () => {
  await system.close();
});

async function register(): Promise<TestAccount> {
  const body = { email: `${randomUUID()}@example.com`, password: 'a long password' };
  const response = await system.request(null, 'POST', '/api/auth/register', body);
  const { accessToken } = (await response.json()) as { accessToken: string };
  return { token: accessToken };
}

async function call(of: TestAccount, method: string, path: string, body?: unknown) {
  const response = await system.request(of, method, path, body);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

interface Run {
  firesAt: string;
  outcome: string;
  why: string | null;
  messageId: string | null;
  turn: number | null;
  state: string | null;
}

const addressOf = (workId: string, { id }: { id: string }) => `/api/works/${workId}/schedules/${id}`;
const runsOf = async (workId: string, schedule: { id: string }) =>
  (await call(account, 'GET', `${addressOf(workId, schedule)}/runs`)).body.items as Run[];
const untilRuns = (workId: string, schedule: { id: string }, isWanted: (runs: Run[]) => boolean) =>
  eventually(() => runsOf(workId, schedule), isWanted);
const isTold = async ({ id }: { id: string }) => {
  const { rows } = await sql<{ told: boolean }>`
    select told = version as told from schedules where id = ${id}::uuid`.execute(system.db);
  return rows[0]?.told ?? false;
};
const handleOf = ({ id }: { id: string }) => system.temporal.schedule.getHandle(temporalScheduleIdOf(id));

/** Lets nobody tell Temporal of a schedule: Temporal lags from here on. */
const lag = async ({ id }: { id: string }) =>
  void (await sql`update schedules set telling_until = 'infinity' where id = ${id}::uuid`.execute(system.db));

/** Has Temporal start what it believes the times of the last minutes to be. */
async function fireAgain(schedule: { id: string }, minutes: number): Promise<void> {
  const now = Date.now();
  const period = { start: new Date(now - minutes * MINUTE_MS), end: new Date(now) };
  await handleOf(schedule).backfill({ ...period, overlap: 'ALLOW_ALL' });
}

/** Resolves when no workflow of a schedule runs any more, and so many have. */
async function untilOver({ id }: { id: string }, count: number): Promise<void> {
  const query = `WorkflowId STARTS_WITH "${temporalScheduleIdOf(id)}-"`;
  await until(async () => {
    let over = 0;
    for await (const { status } of system.temporal.workflow.list({ query })) {
      if (status.name === 'RUNNING') return false;
      over += 1;
    }
    return over >= count;
  }, `${count} workflows of the schedule were over`);
}

test('H7: a time of a schedule begins an ordinary turn, once however often Temporal tells of it, and says where it came from', async () => {
  const workId = await system.newWork(account);
  const { cron, at } = dailyAgo(10);
  const chat = await system.chat(account, workId);
  const schedule = await makeSchedule(system, account, workId, { cron });
  expect(schedule.next).toHaveLength(5);
  await comeSince(system.db, schedule.id, 20);
  const queued = await chat.event(({ kind }) => kind === 'message.queued', 'its message');
  await chat.event(({ kind }) => kind === 'turn.completed', 'the end of its turn');
  expect(queued).toMatchObject({
    message: { text: 'Look at the new data.', delivery: 'queue', scheduledBy: schedule.id },
  });
  await until(() => isTold(schedule), 'Temporal was told of it');
  await fireAgain(schedule, 20);
  await comeSince(system.db, schedule.id, 20);
  await until(() => isTold(schedule), 'Temporal was told of it again');
  await untilOver(schedule, 1);
  const [run, ...more] = await runsOf(workId, schedule);
  expect(more).toEqual([]);
  expect(run).toMatchObject({
    firesAt: at.toISOString(),
    outcome: 'sent',
    why: null,
    turn: 1,
    state: 'done',
  });
  const messages = (await call(account, 'GET', `/api/works/${workId}/messages`)).body.items;
  expect(messages).toHaveLength(2);
  expect(messages[0]).toMatchObject({ id: run?.messageId, role: 'user', scheduledBy: schedule.id });
  const [listed] = (await call(account, 'GET', `/api/works/${workId}/schedules`)).body.items;
  expect(listed).toMatchObject({ id: schedule.id, paused: false, last: run });
  chat.close();
  await system.expectSound(workId);
});

test('H7: of times that come while the last turn runs, skip begins none and queue lets one wait', async () => {
  system.model.setScript(() => heldReply('Half '));
  const skips = await system.newWork(account);
  const queues = await system.newWork(account);
  const three = `${dailyAgo(30).at.getUTCMinutes()} * * * *`;
  const skipping = await makeSchedule(system, account, skips, { cron: three });
  const queueing = await makeSchedule(system, account, queues, { cron: three, overlap: 'queue' });
  for (const { id } of [skipping, queueing]) await comeSince(system.db, id, 165);
  const skipped = await untilRuns(skips, skipping, (runs) => runs.length === 3);
  expect(skipped.map(({ outcome }) => outcome).toSorted()).toEqual(['sent', 'skipped', 'skipped']);
  expect(skipped.flatMap(({ why }) => why ?? [])).toEqual(['running', 'running']);
  // The first may have been taken by its turn, or not yet, as the others come.
  const queued = await untilRuns(queues, queueing, (runs) => runs.length === 3);
  expect(queued.filter(({ outcome }) => outcome === 'sent').length).toBeLessThanOrEqual(2);
  expect(queued.filter(({ outcome }) => outcome === 'sent').length).toBeGreaterThanOrEqual(1);
  expect(queued.flatMap(({ why }) => why ?? []).every((why) => why === 'waiting')).toBe(true);
  system.model.setScript(() => textReply('Done.'));
  for (const workId of [skips, queues]) {
    await until(async () => {
      await call(account, 'POST', `/api/works/${workId}/stop`, {});
      return (await call(account, 'GET', `/api/works/${workId}`)).body.status === 'idle';
    }, 'the Work was idle');
  }
});

test('H7: what was paused, changed or deleted counts at once, whatever Temporal still does; and Temporal follows', async () => {
  const workId = await system.newWork(account);
  const { cron } = dailyAgo(10);
  const paused = await makeSchedule(system, account, workId, { cron });
  const moved = await makeSchedule(system, account, workId, { cron });
  const deleted = await makeSchedule(system, account, workId, { cron });
  for (const one of [paused, moved, deleted]) await until(() => isTold(one), 'Temporal was told');
  for (const one of [paused, moved, deleted]) await lag(one);
  const shown = await call(account, 'PATCH', addressOf(workId, paused), { paused: true });
  expect(shown.body).toMatchObject({ paused: true, next: [] });
  await call(account, 'PATCH', addressOf(workId, moved), { cron: '0 0 1 1 *' });
  expect((await call(account, 'DELETE', addressOf(workId, deleted))).status).toBe(204);
  for (const one of [paused, moved, deleted]) await fireAgain(one, 20);
  for (const one of [paused, moved, deleted]) await untilOver(one, 1);
  expect((await call(account, 'GET', `/api/works/${workId}/messages`)).body.items).toEqual([]);
  // What the one that was deleted started has Temporal forget it.
  await expect(handleOf(deleted).describe()).rejects.toThrow(ScheduleNotFoundError);
  await sql`update schedules set telling_until = null`.execute(system.db);
  await until(async () => (await handleOf(paused).describe()).state.paused, 'Temporal had paused it');
  const moments = async () => (await handleOf(moved).describe()).info.nextActionTimes[0]?.toISOString();
  await until(async () => /-01-01T00:00:00/.test((await moments()) ?? ''), 'Temporal had moved it');
  await call(account, 'PATCH', addressOf(workId, paused), { paused: false });
  await until(async () => !(await handleOf(paused).describe()).state.paused, 'Temporal let it go on');
  await until(async () => (await findSchedule(system.db, deleted.id)) === undefined, 'its row was gone');
});

test('H7: a schedule that Temporal has lost is told of again, and the time that it missed is taken', async () => {
  const workId = await system.newWork(account);
  const { cron, at } = dailyAgo(1);
  const schedule = await makeSchedule(system, account, workId, { cron });
  await until(() => isTold(schedule), 'Temporal was told');
  await forgetSchedule(system.temporal, schedule.id);
  // As if it had known of that time, and not come.
  await sql`
    update schedules set next_at = ${at}::timestamptz, told_at = pa_now() - interval '1 hour' where id = ${schedule.id}::uuid`.execute(
    system.db,
  );
  const [run] = await untilRuns(workId, schedule, (runs) => runs[0]?.state === 'done');
  expect(run).toMatchObject({ firesAt: at.toISOString(), outcome: 'sent' });
  await handleOf(schedule).describe();
});

test('H7: a time that is too late, or for which its person has no share left, is written down and comes to nothing', async () => {
  const workId = await system.newWork(account);
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const made = await makeSchedule(system, account, workId, {
    cron: `${new Date(now).getUTCMinutes()} * * * *`,
  });
  const schedule = await findSchedule(system.db, made.id);
  if (schedule === undefined) throw new Error('no schedule');
  const time = (firesAt: Date, perMinute = 1_000) => ({
    ...{ firesAt, perMinute, version: schedule.version, title: 'Title' },
    quotas: { ...NO_QUOTAS, account: { ...NO_QUOTAS.account, turnsAtOnce: 0 } },
  });
  expect(await takeTime(system.db, schedule, time(new Date(now)))).toMatchObject({
    kind: 'refused',
    why: 'turns',
  });
  expect(await takeTime(system.db, schedule, time(new Date(now - 13 * HOUR_MS)))).toMatchObject({
    kind: 'missed',
    why: 'late',
  });
  // Too many messages of this minute: it is told again later, and nothing is written down.
  expect(await takeTime(system.db, schedule, time(new Date(now + HOUR_MS), 0))).toMatchObject({
    kind: 'limited',
  });
  expect(await takeTime(system.db, schedule, time(new Date(now + MINUTE_MS)))).toMatchObject({
    kind: 'unplanned',
  });
  // Told again, the first says what came of it, and is not tried again.
  const again = { ...time(new Date(now)), quotas: NO_QUOTAS };
  expect(await takeTime(system.db, schedule, again)).toMatchObject({ kind: 'refused', why: 'turns' });
  await sql`
    insert into schedule_runs (schedule_id, fires_at, at, outcome, why)
    select ${made.id}::uuid, pa_now() - make_interval(days => n), pa_now(), 'missed', 'late'
    from generate_series(10, 100) n`.execute(system.db);
  expect(await takeTime(system.db, schedule, time(new Date(now + HOUR_MS)))).toMatchObject({
    kind: 'refused',
  });
  const runs = await runsOf(workId, made);
  // What came of older times is forgotten.
  expect(runs).toHaveLength(50);
  expect(runs.slice(1, 3).map(({ outcome, why }) => [outcome, why])).toEqual([
    ['refused', 'turns'],
    ['missed', 'late'],
  ]);
  expect((await call(account, 'GET', `/api/works/${workId}/messages`)).body.items).toEqual([]);
});

test('H7, A2: bad words get one sentence, another person finds nothing, and a limit holds however many are made at once', async () => {
  const workId = await system.newWork(account);
  const address = `/api/works/${workId}/schedules`;
  const good = { text: 'Go on.', cron: '0 9 * * mon', timeZone: 'europe/berlin' };
  const problem = async (wish: object) => {
    const { status, body } = await call(account, 'POST', address, { ...good, ...wish });
    expect(status).toBe(400);
    return body.error.message as string;
  };
  expect(await problem({ cron: '*/5 * * * *' })).toContain('once an hour at most');
  expect(await problem({ cron: '0 9 30 2 *' })).toContain('never come');
  expect(await problem({ cron: 'every monday' })).toContain('five fields');
  expect(await problem({ timeZone: 'Middle/Earth' })).toContain('Europe/Berlin');
  expect(await problem({ timeZone: '+02:00' })).toContain('no such time zone');
  expect(await problem({ text: ' ' })).not.toBe('');
  const { body: made } = await call(account, 'POST', address, good);
  expect(made).toMatchObject({ timeZone: 'Europe/Berlin', overlap: 'skip' });

  const other = await register();
  expect((await call(other, 'GET', address)).status).toBe(404);
  expect((await call(other, 'POST', address, good)).status).toBe(404);
  for (const [method, path] of [
    ['PATCH', addressOf(workId, made)],
    ['DELETE', addressOf(workId, made)],
    ['GET', `${addressOf(workId, made)}/runs`],
  ] as const)
    expect((await call(other, method, path, method === 'PATCH' ? {} : undefined)).status).toBe(404);

  const guest = await system.guest();
  const guests = await system.newWork(guest);
  const asked = await Promise.all(
    Array.from({ length: 6 }, () => call(guest, 'POST', `/api/works/${guests}/schedules`, good)),
  );
  expect(asked.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, 403, 403, 403]);
  expect(asked.find(({ status }) => status === 403)?.body.error).toMatchObject({
    code: 'quota_exceeded',
    message: expect.stringContaining('Delete one'),
  });
});

test('H7: at the terminal a schedule is made, listed, paused and deleted, and bad words get one sentence', async () => {
  const workId = await system.newWork(account);
  const run = async (...words: string[]) => {
    const env = {
      ...process.env,
      ...{ DATABASE_URL: system.databaseUrl, PA_DATA: system.dataDir },
      // An external database asks for them.
      ...{ JWT_SECRET: 'x'.repeat(64), ENCRYPTION_KEY: Buffer.alloc(32).toString('base64') },
    };
    return await new Promise<{ code: number; text: string }>((resolve) => {
      const program = ['src/main/schedule.ts', workId, ...words];
      execFile(process.execPath, program, { env, cwd: CHECKOUT }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), text: stdout + stderr }),
      );
    });
  };
  const made = await run('--cron', '0 9 * * 1', '--zone', 'Europe/Berlin', '--say', 'Go on.');
  expect(made).toMatchObject({ code: 0, text: expect.stringContaining('says: Go on.') });
  expect(made.text).toMatch(/next: \d{4}-/);
  const [id = ''] = made.text.split(' ');
  expect((await run('--pause', id)).text).toContain('paused');
  expect((await run('--cron', '* * * * *', '--say', 'Go on.')).text).toContain('once an hour');
  expect((await run('--delete', id)).text).toContain('no schedules');
});

test('H7: with a Work its schedules end, in Temporal too', async () => {
  const workId = await system.newWork(account);
  const schedule = await makeSchedule(system, account, workId, { cron: '0 9 * * *' });
  await until(() => isTold(schedule), 'Temporal was told');
  await handleOf(schedule).describe();
  expect((await call(account, 'DELETE', `/api/works/${workId}`)).status).toBe(204);
  const isGone = () =>
    handleOf(schedule)
      .describe()
      .then(() => false)
      .catch((error: unknown) => error instanceof ScheduleNotFoundError);
  await until(isGone, 'Temporal had forgotten it');
});

/** Where clocks change, where they are half an hour off, and days that few months have. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Havana',
];
const CRONS = [
  '30 2 * * *',
  '0 * * * *',
  '0 0 * * sun',
  '15 1,13 29-31 * *',
  '45 0 1 * mon-wed',
  '30 1 */7 3,10,11 *',
];

test('H7: Temporal takes every time that a person is shown, and others only where a clock is put back', async () => {
  const from = Date.parse('2027-02-20T00:00:00Z');
  const to = Date.parse('2027-11-20T00:00:00Z');
  const { workflowService } = system.temporal;
  for (const timeZone of ZONES) {
    for (const cron of CRONS) {
      const times = { cron: parseCron(cron), timeZone };
      const id = randomUUID();
      await tellSchedule(
        system.temporal,
        { id, workId: randomUUID(), version: 1, times, paused: true },
        undefined,
      );
      const { startTime: theirs } = await workflowService.listScheduleMatchingTimes({
        namespace: system.namespace,
        scheduleId: temporalScheduleIdOf(id),
        startTime: { seconds: (from / 1000) as never },
        endTime: { seconds: (to / 1000) as never },
      });
      const taken = (theirs ?? []).map(({ seconds }) => Number(seconds) * 1000);
      expect(taken.length).toBeGreaterThan(5);
      // It lists a thousand.
      const shown = nextTimes(times, from, taken.length).filter((time) => time <= (taken.at(-1) ?? 0));
      expect({ timeZone, cron, missing: shown.filter((time) => !taken.includes(time)) }).toEqual({
        timeZone,
        cron,
        missing: [],
      });
      const offset = (time: number) =>
        new Date(time).toLocaleTimeString('en', { timeZone, timeZoneName: 'longOffset' }).split('GMT')[1];
      for (const time of taken.filter((one) => !shown.includes(one)))
        expect(offset(time - 2 * HOUR_MS)).not.toBe(offset(time + 2 * HOUR_MS));
    }
  }
});

test('H7: of a time at which everything was asleep for too long it is said that it was missed, and the next one comes', async () => {
  const workId = await system.newWork(account);
  const made = await makeSchedule(system, account, workId, { cron: '0 9 * * *' });
  await until(() => isTold(made), 'Temporal was told');
  await sql`
    update schedules set next_at = pa_now() - interval '2 days', told_at = pa_now() - interval '2 days'
    where id = ${made.id}::uuid`.execute(system.db);
  const runs = await untilRuns(workId, made, (all) => all.length > 0);
  expect(runs).toMatchObject([{ outcome: 'missed', why: 'late' }]);
  const nextAt = async () => {
    const { rows } = await sql<{ at: Date | null }>`
      select next_at as at from schedules where id = ${made.id}::uuid`.execute(system.db);
    return rows[0]?.at?.toISOString();
  };
  expect(await eventually(nextAt, (at) => at === made.next[0])).toBe(made.next[0]);
});
