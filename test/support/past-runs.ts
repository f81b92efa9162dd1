/** Runs of code that a Work has behind it: rows as a worker would have left them, without running any. */
import { createHash, randomUUID } from 'node:crypto';
import type { Database } from '../../src/db/database.ts';
import { storableJson } from '../../src/db/storable.ts';
import { MOST_FACTS } from '../../src/domain/runs.ts';
import { printedFacts } from '../../src/recording/printed-facts.ts';

export interface PastRun {
  filename: string;
  code: string;
  output: string;
  /** The bytes that it left, by path. */
  files?: Record<string, string | Buffer>;
  ok?: boolean;
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Adds them in order, as calls of a code agent in turn 1. */
export async function addPastRuns(db: Database, workId: string, runs: PastRun[]): Promise<void> {
  for (const [index, { filename, code, output, files = {}, ok = true }] of runs.entries()) {
    const messageId = randomUUID();
    const toolCallId = randomUUID();
    await db
      .insertInto('messages')
      .values({
        id: messageId,
        work_id: workId,
        role: 'assistant',
        agent: randomUUID(),
        status: 'complete',
        parts: '[]',
        turn: 1,
        step: 1,
        position: 1,
      })
      .execute();
    await db
      .insertInto('tool_calls')
      .values({
        id: toolCallId,
        work_id: workId,
        message_id: messageId,
        turn: 1,
        agent: messageId,
        step: 1,
        index: 0,
        name: 'run_python',
        arguments: storableJson({ code, filename }),
        state: ok ? 'ok' : 'error',
        ending: 'exited',
        output,
        result: output,
        files: storableJson(
          Object.entries(files).map(([path, content]) => ({
            path,
            size: content.length,
            sha256: sha256(content),
            change: 'added',
          })),
        ),
      })
      .execute();
    const number = index + 1;
    await db
      .insertInto('runs')
      .values({
        ...{
          work_id: workId,
          tool_call_id: toolCallId,
          before: '[]',
          number,
          code,
          reads: '[]',
          writes: '[]',
        },
        ...{ script: `code/${filename}`, script_sha256: sha256(code), exit_code: ok ? 0 : 1 },
      })
      .execute();
    const { facts } = printedFacts(output, MOST_FACTS);
    if (facts.length > 0)
      await db
        .insertInto('facts')
        .values(
          facts.map(({ name, value, source, line }, n) => ({
            ...{ work_id: workId, run: number, n, name, value, source, line },
          })),
        )
        .execute();
  }
}
