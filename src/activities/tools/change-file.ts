/** The one way in which a tool changes a file: once, however often its call is tried (R3, D5). */
import type { JournalEntry } from '../../db/runs.ts';
import type { FileChange } from '../../domain/messages.ts';
import { codeOf } from '../../system-error.ts';
import { sha256 } from '../../workspace/regular-file.ts';
import type { Planned } from './planned.ts';
import { failed, succeeded, type ToolContext, type ToolResult } from './types.ts';

/** Files larger than this are no texts that a model edits. */
const MOST_BYTES = 8 * 1024 ** 2;

/** What a tool makes of a file's present bytes (null: there is no file). Must depend on nothing else. */
export type Plan = (current: Buffer | null) => Planned | Promise<Planned>;

/** Whether a tool only adds to what is there, or may take the place of something that its model has not seen. */
export type Manner = 'adds' | 'replaces';

/**
 * Computes the new content, puts it on the disk beside the file, writes down the hashes before and after, then
 * replaces the file: a tool whose call has ended by then, and was told to the model, changes nothing. A retry finds what was written
 * down: where the file is as it was before, the change is made; where it is as it was to be, it was made, and the
 * recorded result is given; anything else is somebody's later edit, which is never overwritten. Nor is what a person
 * wrote since the turn began, before the model was told that they did.
 */
export async function changeFile(
  ctx: ToolContext,
  path: string,
  manner: Manner,
  plan: Plan,
): Promise<ToolResult> {
  const recorded = await ctx.journal.find(path);
  const current = await readOrNull(ctx, path);
  const before = current === null ? null : sha256(current);
  if (recorded !== null && before === recorded.after) return made(path, recorded, current);
  if (recorded !== null && before !== recorded.before) return conflict(path);
  if (recorded === null && manner === 'replaces' && (await ctx.personEdited(path))) return conflict(path);

  const planned = await plan(current);
  if (!planned.ok) return failed(planned.result);
  const content = Buffer.from(planned.content);
  const after = sha256(content);
  if (after === before) return succeeded(planned.result);
  const beforeReplace = async () => {
    await ctx.journal.record({ path, before, after, result: planned.result });
    ctx.signal.throwIfAborted();
  };
  try {
    const write = (room: { temporaryId?: string }) =>
      ctx.workspace.write(path, content, { ifMatch: before, beforeReplace, ...room });
    // What does not grow is written however full the Work is.
    if (content.length <= (current?.length ?? 0)) await write({});
    else await ctx.withRoom(path, content.length, (temporaryId) => write({ temporaryId }));
  } catch (error) {
    if (codeOf(error) === 'changed') return conflict(path);
    throw error;
  }
  return made(path, { before, after, result: planned.result }, content);
}

async function readOrNull(ctx: ToolContext, path: string): Promise<Buffer | null> {
  try {
    return await ctx.workspace.read(path, { maxBytes: MOST_BYTES });
  } catch (error) {
    if (codeOf(error) === 'not_found') return null;
    throw error;
  }
}

function made(path: string, entry: Omit<JournalEntry, 'path'>, content: Buffer | null): ToolResult {
  const change: FileChange =
    content === null || entry.after === null
      ? { path, change: 'removed' }
      : {
          path,
          size: content.length,
          sha256: entry.after,
          change: entry.before === null ? 'added' : 'changed',
        };
  return { ok: true, result: entry.result, files: [change] };
}

function conflict(path: string): ToolResult {
  return failed(
    `${path} was not written: somebody else changed it in the meantime. Read it again, and make the change to what ` +
      'it holds now, if it is still needed.',
  );
}
