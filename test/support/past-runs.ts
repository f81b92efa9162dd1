/** Runs of code that a Work has behind it: rows as a worker would have left them, without running any. */
import { createHash, randomUUID } from 'node:crypto';
import type { Database } from '../../src/db/database.ts';
import { storableJson } from '../../src/db/storable.ts';

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
  for (const { filename, code, output, files = {}, ok = true } of runs) {
    const messageId = randomUUID();
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
        id: randomUUID(),
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
  }
}
