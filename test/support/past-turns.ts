/** Turns that a Work has behind it, put into the database as a worker would have left them, without running any. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { toolCallIdOf } from '../../src/activities/answer-parts.ts';
import { stepKey } from '../../src/db/claims.ts';
import type { Database } from '../../src/db/database.ts';
import { postMessage } from '../../src/db/post-message.ts';
import { claimStep, completeStep } from '../../src/db/steps.ts';
import { storableJson } from '../../src/db/storable.ts';
import { claimTool, completeTool } from '../../src/db/tool-calls.ts';
import type { Part } from '../../src/domain/messages.ts';
import { UNLIMITED } from './works.ts';

export interface PastTurn {
  said: string;
  /** Of the one tool call in it. */
  output: string;
  answer: string;
}

const USAGE = { inputTokens: 1, outputTokens: 1 };

/** Adds them in order; no worker may run meanwhile, for it would take the messages. */
export async function addPastTurns(db: Database, workId: string, turns: PastTurn[]): Promise<void> {
  const { owner_id: ownerId } = await db
    .selectFrom('works')
    .select('owner_id')
    .where('id', '=', workId)
    .executeTakeFirstOrThrow();
  const by = { workerId: randomUUID(), workflowId: 'past', activityId: 'past' };

  async function answer(step: number, text: string, calls: (messageId: string) => Part[]) {
    const claim = await claimStep(db, { workId, turn: null, agent: 'main', step, model: 'past' }, by);
    if (claim.kind !== 'claimed') throw new Error(`the step was ${claim.kind}`);
    const { turn, attempt, messageId } = claim;
    const key = stepKey(turn, 'main', step);
    const said: Part[] = text === '' ? [] : [{ type: 'text', text }];
    const parts = [...said, ...calls(messageId)];
    const events = parts.map((part, index) => {
      const of = { messageId, agent: 'main' };
      if (part.type !== 'tool') return { kind: 'text.delta', ...of, text: part.text };
      const { toolCallId, name } = part;
      return { kind: 'tool.delta', ...of, index, toolCallId, name, text: JSON.stringify(part.arguments) };
    });
    const batch = storableJson([{ work: workId, key, attempt, batch: 0, events }]);
    await sql`select append_batches(${batch}::jsonb)`.execute(db);
    await completeStep(db, {
      workId,
      key,
      attempt,
      parts,
      usage: USAGE,
      final: text !== '',
      result: { turn, step, messageId, finishReason: 'stop', calls: [], ...USAGE },
    });
    return { turn, messageId };
  }

  for (const { said, output, answer: text } of turns) {
    const id = randomUUID();
    await postMessage(db, {
      ...UNLIMITED,
      ownerId,
      workId,
      id,
      text: said,
      attachments: [],
      delivery: 'queue',
      title: said,
    });
    const { turn, messageId } = await answer(1, '', (message) => [
      {
        type: 'tool',
        toolCallId: toolCallIdOf(message, 0),
        name: 'read_file',
        arguments: { path: 'data/log.txt', offset: null, limit: null },
        state: 'running',
      },
    ]);
    const toolCallId = toolCallIdOf(messageId, 0);
    const claim = await claimTool(db, { workId, turn, toolCallId }, by);
    if (claim.kind !== 'claimed') throw new Error(`the call was ${claim.kind}`);
    const outcome = { ok: true, result: output, files: [], durationMs: 1 };
    await completeTool(db, { workId, toolCallId, attempt: claim.attempt, outcome, output: null });
    await answer(2, text, () => []);
  }
}
