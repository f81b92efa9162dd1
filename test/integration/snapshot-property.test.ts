import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { stepKey } from '../../src/db/claims.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { readEvents } from '../../src/db/event-log.ts';
import { createEventWriter, type EventStream } from '../../src/db/event-writer.ts';
import { readConversation } from '../../src/db/messages.ts';
import { changeMessage, rerunMessage, withdrawMessage } from '../../src/db/revisions.ts';
import { readSnapshot } from '../../src/db/snapshot.ts';
import { claimStep, completeStep } from '../../src/db/steps.ts';
import { pruneLog } from '../../src/db/sweeps.ts';
import { claimTool, completeTool } from '../../src/db/tool-calls.ts';
import { finishTurn } from '../../src/db/turns.ts';
import { registerWorker } from '../../src/db/workers.ts';
import type { Part } from '../../src/domain/messages.ts';
import { type Conversation, emptyConversation, reduceAll } from '../../src/domain/reducer.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { makeWork, NO_LIMIT, queueMessage, type TestWork, UNLIMITED } from '../support/works.ts';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { name: 'test', max: 4, onIdleError: () => {} });
});

afterAll(async () => {
  await db.destroy();
  await database.drop();
});

/** What may happen to a Work; each does nothing where it cannot happen. */
const happening = fc.oneof(
  fc.record({ do: fc.constantFrom('queue' as const, 'steer' as const), text: fc.string({ unit: 'binary' }) }),
  fc.record({
    do: fc.constantFrom('edit' as const, 'withdraw' as const, 'rerun' as const),
    which: fc.nat(),
    text: fc.string({ unit: 'binary' }),
    steer: fc.boolean(),
  }),
  fc.record({ do: fc.constant('claim' as const) }),
  fc.record({
    do: fc.constant('stream' as const),
    kind: fc.constantFrom('text.delta' as const, 'reasoning.delta' as const),
    text: fc.string({ unit: 'binary', minLength: 1 }),
  }),
  fc.record({ do: fc.constant('answer' as const), calls: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ do: fc.constant('output' as const), text: fc.string({ minLength: 1 }) }),
  fc.record({ do: fc.constant('tool' as const), ok: fc.boolean() }),
  fc.record({ do: fc.constant('worker dies' as const) }),
  fc.record({ do: fc.constantFrom('stop' as const, 'fail' as const) }),
  fc.record({ do: fc.constant('prune' as const) }),
  fc.record({ do: fc.constant('somebody looks' as const) }),
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** Plays a Work by the same statements that the app uses. */
class Player {
  readonly work: TestWork;
  workerId = randomUUID();
  claim: { turn: number; step: number; attempt: number; messageId: string } | undefined;
  stream: EventStream | undefined;
  said: Part[] = [];
  open: string[] = [];

  constructor(work: TestWork) {
    this.work = work;
  }

  get workId() {
    return this.work.workId;
  }

  by() {
    return { workerId: this.workerId, workflowId: 'w', activityId: '1' };
  }

  async does(what: Happening): Promise<void> {
    switch (what.do) {
      case 'queue':
      case 'steer':
        await queueMessage(db, this.work, what.text, what.do);
        return;
      case 'edit':
      case 'withdraw':
      case 'rerun':
        return await this.takesBack(what.do, what);
      case 'claim':
        return await this.claims();
      case 'stream': {
        if (!this.claim || !this.stream) return;
        const { messageId } = this.claim;
        this.stream.push({ kind: what.kind, messageId, agent: 'main', text: what.text });
        await this.stream.flush();
        const type = what.kind === 'text.delta' ? 'text' : 'reasoning';
        this.said.push({ type, text: what.text });
        return;
      }
      case 'answer':
        return await this.answers(what.calls);
      case 'output': {
        const toolCallId = this.open[0];
        if (toolCallId === undefined) return;
        const claim = await claimTool(db, { workId: this.workId, turn: this.turn, toolCallId }, this.by());
        const attempt = claim.kind === 'claimed' || claim.kind === 'busy' ? claim.attempt : 1;
        const stream = createEventWriter(db).open(
          { workId: this.workId, key: `tool:${toolCallId}`, attempt },
          { onFenced: () => {}, onStop: () => {} },
        );
        if (claim.kind !== 'claimed') return;
        stream.push({ kind: 'tool.output', toolCallId, stream: 'stdout', text: what.text });
        await stream.flush();
        const outcome = { ok: true, result: what.text, files: [], durationMs: 1 };
        await completeTool(db, { workId: this.workId, toolCallId, attempt, outcome, output: what.text });
        this.open.shift();
        return;
      }
      case 'tool': {
        const toolCallId = this.open[0];
        if (toolCallId === undefined) return;
        const claim = await claimTool(db, { workId: this.workId, turn: this.turn, toolCallId }, this.by());
        if (claim.kind !== 'claimed') return;
        const outcome = { ok: what.ok, result: 'so it is', files: [], durationMs: 2 };
        await completeTool(db, {
          workId: this.workId,
          toolCallId,
          attempt: claim.attempt,
          outcome,
          output: null,
        });
        this.open.shift();
        return;
      }
      case 'worker dies':
        await db.deleteFrom('workers').where('id', '=', this.workerId).execute();
        this.workerId = randomUUID();
        this.claim = undefined;
        await registerWorker(db, { id: this.workerId, host: 'test', pid: 1 });
        return;
      case 'stop':
      case 'fail': {
        if (this.turn === 0) return;
        const error = what.do === 'fail' ? { code: 'model_stalled', message: 'It fell silent.' } : null;
        const outcome = what.do === 'fail' ? 'failed' : 'stopped';
        await finishTurn(db, { workId: this.workId, turn: this.turn, outcome, error });
        this.claim = undefined;
        this.open = [];
        return;
      }
      case 'prune':
        await sql`update turns set completed_at = completed_at - interval '1 hour'`.execute(db);
        await pruneLog(db, 15);
        return;
      case 'somebody looks':
        return;
    }
  }

  turn = 0;
  step = 1;

  /** Something that a person changes their mind about: any message of the Work, whether that is allowed or not. */
  async takesBack(
    how: 'edit' | 'withdraw' | 'rerun',
    { which, text, steer }: { which: number; text: string; steer: boolean },
  ): Promise<void> {
    const { workId } = this;
    const ids = await db
      .selectFrom('messages')
      .select('id')
      .where('work_id', '=', workId)
      .where('role', '=', 'user')
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    const found = ids[which % Math.max(1, ids.length)];
    if (found === undefined) return;
    const message = { ...this.work, id: found.id };
    if (how === 'edit') {
      await changeMessage(db, message, { text, delivery: steer ? 'steer' : 'queue' }, NO_LIMIT);
    } else if (how === 'withdraw') {
      await withdrawMessage(db, message);
    } else {
      await rerunMessage(db, message, { newId: randomUUID(), ...(steer ? { text } : {}) }, UNLIMITED);
    }
  }

  async claims(): Promise<void> {
    if (this.claim || this.open.length > 0) return;
    const running = await db
      .selectFrom('works')
      .select('running_turn')
      .where('id', '=', this.workId)
      .executeTakeFirstOrThrow();
    if (running.running_turn === null) this.step = 1;
    const request = {
      workId: this.workId,
      turn: running.running_turn,
      agent: 'main',
      step: running.running_turn === null ? null : this.step,
      model: 'm',
    };
    const claim = await claimStep(db, request, this.by());
    if (claim.kind !== 'claimed') return;
    this.claim = claim;
    this.turn = claim.turn;
    this.said = [];
    this.stream = createEventWriter(db).open(
      { workId: this.workId, key: stepKey(claim.turn, 'main', claim.step), attempt: claim.attempt },
      { onFenced: () => {}, onStop: () => {} },
    );
  }

  async answers(count: number): Promise<void> {
    if (!this.claim) return;
    const { turn, step, attempt, messageId } = this.claim;
    const calls = Array.from({ length: count }, () => randomUUID());
    const stored = await completeStep(db, {
      workId: this.workId,
      key: stepKey(turn, 'main', step),
      attempt,
      parts: [
        ...this.said,
        ...calls.map(
          (toolCallId): Part => ({
            type: 'tool',
            toolCallId,
            name: 'tree',
            arguments: { path: null },
            state: 'running',
          }),
        ),
      ],
      usage: { inputTokens: 1, outputTokens: 1 },
      final: count === 0,
      result: { turn, step, messageId, finishReason: 'stop', calls: [], inputTokens: 1, outputTokens: 1 },
    });
    if (stored.kind !== 'stored') return;
    this.claim = undefined;
    this.open = calls;
    this.step = step + 1;
  }
}

test('P6: whoever begins with a snapshot, whenever, sees what one sees who watched from the start, pruned or not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 40 }), async (happenings) => {
      const player = new Player(await makeWork(db));
      await registerWorker(db, { id: player.workerId, host: 'test', pid: 1 });
      const watchers: Conversation[] = [emptyConversation];
      for (const what of happenings) {
        await player.does(what);
        // Everybody who watches gets what they have not seen, before anything can be pruned.
        for (const [index, seen] of watchers.entries()) {
          const events = await readEvents(db, player.workId, { after: seen.seq, limit: 10_000 });
          watchers[index] = reduceAll(seen, events);
        }
        if (what.do === 'somebody looks') {
          const snapshot = await readSnapshot(db, player.workId, 10_000);
          if (snapshot === undefined) throw new Error('the Work is gone');
          const { seq, messages, outcomes } = snapshot;
          watchers.push({ seq, messages, outcomes, runningTurn: null });
        }
      }
      const last = await readSnapshot(db, player.workId, 10_000);
      for (const { seq, messages, outcomes } of watchers) {
        expect({ seq, messages, outcomes }).toEqual({
          seq: last?.seq,
          messages: last?.messages,
          outcomes: last?.outcomes,
        });
      }
      // The model is told of what is shown, and of nothing that was taken back.
      const told = await readConversation(db, player.workId, 'main');
      const said = last?.messages.filter(({ status }) => status !== 'queued' && status !== 'running') ?? [];
      expect(told.map(({ id }) => id)).toEqual(said.map(({ id }) => id));
    }),
    { numRuns: 80 },
  );
});
