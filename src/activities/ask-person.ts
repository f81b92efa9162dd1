/**
 * Asks a person what an agent wants to know (H1, docs/people.md). Nothing waits here: the question is a row, and the
 * workflow asks again when something has changed. One statement does each step, so there is nothing to claim.
 */
import { parseAskPerson } from '../agents/tool-definitions.ts';
import { lookAtAsk, raiseAsk } from '../db/asks.ts';
import { framed } from './activity-frame.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { AskStep, ToolInput } from './types.ts';

export function askPerson(deps: ActivityDependencies) {
  return (input: ToolInput): Promise<AskStep> =>
    framed(deps, { workId: input.workId, turn: () => input.turn }, () => askOfCall(deps, input));
}

/** Asks unless that was done, and says how it stands; also before its activity has come (eager-start.ts). */
export async function askOfCall(
  { db, log }: Pick<ActivityDependencies, 'db' | 'log'>,
  { workId, turn, toolCallId }: ToolInput,
): Promise<AskStep> {
  const call = { workId, turn, toolCallId };
  const found = await lookAtAsk(db, call);
  if (found.kind !== 'unasked') return found;
  const parsed = parseAskPerson(found.arguments);
  // Only calls with a question come here (call-mode.ts).
  if (!parsed.ok) throw new Error(`the call ${toolCallId} asks nothing: ${parsed.problem}`);
  const asked = await raiseAsk(db, call, parsed.value);
  log.info({ workId, turn, toolCallId, end: asked.kind }, 'a person is asked');
  return asked;
}
