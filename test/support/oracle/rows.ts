/** What the rows say, compared with the log: a snapshot, turns, claims, what each turn cost (D1, D6, P6, R4). */
import { listAsks } from '../../../src/db/asks.ts';
import type { Database } from '../../../src/db/database.ts';
import { readSnapshot } from '../../../src/db/snapshot.ts';
import type { LogEvent } from '../../../src/domain/events.ts';
import { addUsage, type Message, type Usage } from '../../../src/domain/messages.ts';
import { emptyConversation, reduceAll } from '../../../src/domain/reducer.ts';
import { ofKind } from '../works.ts';
import { canonical, same } from './same.ts';

/** No conversation of a test is longer. */
export const EVERYTHING = 1_000_000;

export async function brokenInRows(db: Database, workId: string, events: LogEvent[]): Promise<string[]> {
  return [
    ...(await snapshotAgrees(db, workId, events)),
    ...(await workAgrees(db, workId, events)),
    ...(await turnsAgree(db, workId, events)),
    ...(await callsAgree(db, workId, events)),
    ...(await claimsAgree(db, workId, events)),
    ...(await asksAgree(db, workId, events)),
  ];
}

async function snapshotAgrees(db: Database, workId: string, events: LogEvent[]): Promise<string[]> {
  const snapshot = await readSnapshot(db, workId, EVERYTHING);
  const watched = reduceAll(emptyConversation, events);
  const problems: string[] = [];
  if (snapshot?.status !== 'idle') problems.push(`the Work is ${snapshot?.status}`);
  if (snapshot?.seq !== watched.seq) problems.push(`P6: snapshot at ${snapshot?.seq}, log at ${watched.seq}`);
  if (!same(snapshot?.messages, watched.messages)) {
    const difference = firstDifference(snapshot?.messages, watched.messages);
    problems.push(`P6: the rows and the log differ:\n${difference}`);
  }
  if (!same(snapshot?.plan ?? null, watched.plan ?? null))
    problems.push(`P6: the plan's row says ${canonical(snapshot?.plan)}, the log ${canonical(watched.plan)}`);
  if (!same(snapshot?.review ?? null, watched.review ?? null))
    problems.push(
      `P6: the review's row says ${canonical(snapshot?.review)}, the log ${canonical(watched.review)}`,
    );
  const unfinished = (snapshot?.messages ?? []).filter(({ status }) =>
    ['queued', 'running'].includes(status),
  );
  return [...problems, ...unfinished.map(({ id, status }) => `D1: message ${id} is ${status}`)];
}

async function workAgrees(db: Database, workId: string, events: LogEvent[]): Promise<string[]> {
  const work = await db
    .selectFrom('works')
    .select(['last_seq', 'last_turn', 'running_turn', 'stop_turn'])
    .where('id', '=', workId)
    .executeTakeFirst();
  const last_turn = ofKind(events, 'turn.started').at(-1)?.turn ?? 0;
  const wanted = { last_seq: events.length, last_turn, running_turn: null, stop_turn: null };
  return same(work, wanted)
    ? []
    : [`R5: the Work's row says ${canonical(work)}, the log ${canonical(wanted)}`];
}

/** Each turn's row has the seqs, the outcome and the cost that the log has; and the cost is that of its answers. */
async function turnsAgree(db: Database, workId: string, events: LogEvent[]): Promise<string[]> {
  const rows = await db
    .selectFrom('turns')
    .select(['turn', 'state', 'first_seq', 'last_seq', 'usage', 'error'])
    .where('work_id', '=', workId)
    .orderBy('turn')
    .execute();
  const ends = new Map(ofKind(events, 'turn.completed').map((end) => [end.turn, end]));
  const wanted = ofKind(events, 'turn.started').map(({ turn, seq }) => {
    const end = ends.get(turn);
    return {
      ...{ turn, state: end?.outcome, first_seq: seq, last_seq: end?.seq },
      ...{ usage: end?.usage, error: end?.error ?? null },
    };
  });
  const problems = same(rows, wanted)
    ? []
    : [`the turns' rows say ${canonical(rows)}, not ${canonical(wanted)}`];
  const summaries = await db
    .selectFrom('summaries')
    .select(['step_key', 'usage'])
    .where('work_id', '=', workId)
    .execute();
  for (const { turn, usage } of rows) {
    const answers = ofKind(events, 'message.completed').filter((event) => event.turn === turn);
    const compacted = summaries.filter(({ step_key }) => step_key.startsWith(`model:${turn}:`));
    const costs = [
      ...answers.map(({ message }) => message.usage),
      ...compacted.map((summary) => summary.usage as unknown as Usage),
    ];
    const none: Usage = { inputTokens: 0, outputTokens: 0 };
    const sum = costs.reduce<Usage>((total, cost) => addUsage(total, cost ?? none), none);
    const billed = usage as unknown as Usage;
    if (sum.inputTokens !== billed.inputTokens || sum.outputTokens !== billed.outputTokens) {
      problems.push(`D6: turn ${turn} cost ${canonical(billed)}, its answers ${canonical(sum)}`);
    }
  }
  return problems;
}

async function callsAgree(db: Database, workId: string, events: LogEvent[]): Promise<string[]> {
  const rows = await db
    .selectFrom('tool_calls')
    .select(['id', 'name', 'state', 'ending'])
    .where('work_id', '=', workId)
    .execute();
  const ends = new Map(ofKind(events, 'tool.completed').map((end) => [end.toolCallId, end]));
  const called = ofKind(events, 'tool.called').length;
  const problems = rows.length === called ? [] : [`D5: ${rows.length} rows of ${called} calls`];
  for (const { id, name, state, ending } of rows) {
    const end = ends.get(id);
    if (state !== (end?.ok ? 'ok' : 'error')) problems.push(`D5: call ${id} is ${state} in its row`);
    if (ending !== (end?.ending ?? null)) problems.push(`D7: call ${id} ended as ${ending} in its row`);
    if (name === 'run_python' && end?.ok && ending !== 'exited') problems.push(`P7: run ${id} has no ending`);
  }
  return problems;
}

/** R4: nobody holds anything any more, and a step was claimed as often as the log says. */
async function claimsAgree(db: Database, workId: string, events: LogEvent[]): Promise<string[]> {
  const claims = await db
    .selectFrom('claims')
    .select(['key', 'turn', 'agent', 'step', 'attempt', 'state', 'message_id'])
    .where('work_id', '=', workId)
    .execute();
  const problems = claims.flatMap(({ key, state }) =>
    state === 'running' || state === 'failed' ? [`R4: ${key} is still ${state}`] : [],
  );
  const started = ofKind(events, 'step.started');
  const complete = new Set(
    ofKind(events, 'message.completed').flatMap(({ message }) =>
      message.status === 'complete' ? [message.id] : [],
    ),
  );
  for (const { key, turn, agent, step, attempt, state, message_id } of claims) {
    if (step === null) continue;
    const attempts = started.filter((s) => s.turn === turn && s.agent === agent && s.step === step);
    if (attempts.length !== attempt)
      problems.push(`R4: ${key} was claimed ${attempt} times, not ${attempts.length}`);
    if (attempts.at(-1)?.messageId !== message_id)
      problems.push(`D4: ${key} is of another message than the log's`);
    if ((state === 'done') !== complete.has(message_id ?? '')) problems.push(`D6: ${key} is ${state}`);
  }
  return problems;
}

export function firstDifference(a: Message[] | undefined, b: Message[] | undefined): string {
  const length = Math.max(a?.length ?? 0, b?.length ?? 0);
  for (let index = 0; index < length; index += 1) {
    if (!same(a?.[index], b?.[index])) {
      return `  ${canonical(a?.[index])?.slice(0, 600)}\n  ${canonical(b?.[index])?.slice(0, 600)}`;
    }
  }
  return '  (only their order of keys)';
}

/** H1: the rows of questions say what the log says of them. */
async function asksAgree(db: Database, workId: string, events: LogEvent[]): Promise<string[]> {
  const { items } = await listAsks(db, workId, { limit: EVERYTHING });
  const rows = items.toReversed().map(({ askId, question, answer }) => ({
    ...{ askId, question, by: answer?.by, text: answer?.text },
  }));
  const ends = new Map(ofKind(events, 'ask.answered').map((end) => [end.askId, end]));
  const wanted = ofKind(events, 'ask.raised').map(({ askId, question }) => {
    const end = ends.get(askId);
    return { askId, question, by: end?.by, text: end?.text };
  });
  return same(rows, wanted)
    ? []
    : [`H1: the questions' rows say ${canonical(rows)}, not ${canonical(wanted)}`];
}
