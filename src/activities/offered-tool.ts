/**
 * Calls a tool of a server that the person connected, or the operator set up (I6). That a call goes out is written down first: where an attempt
 * died behind that, only a tool that says that it may be repeated is called again, and of another the model is told that
 * nobody knows what became of it.
 */
import { argumentsObject } from '../agents/tool-definitions.ts';
import { sendCall, type ToolServerRow, type TurnTool, toolOfCall } from '../db/tool-servers.ts';
import { openSecret, UnreadableSecret } from '../secrets/sealed-secret.ts';
import type { Person } from '../threads/fair-gate.ts';
import type { AnyToolServer } from '../tool-servers/connection.ts';
import { resultText } from '../tool-servers/result-text.ts';
import { ToolServerError } from '../tool-servers/server-error.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { CallBody, ClaimedCall } from './tool-call.ts';
import { failed, type ToolResult } from './tools/types.ts';
import type { ToolInput } from './types.ts';

export function offeredTool(deps: ActivityDependencies, input: ToolInput): CallBody {
  return async (call) => {
    const began = performance.now();
    const found = await toolOfCall(deps.db, { ...input, name: call.claim.name });
    const result = found === undefined ? unknown(call) : await calledOf(deps, input, call, found);
    if (result === 'fenced') return result;
    return { ...result, durationMs: Math.round(performance.now() - began) };
  };
}

function unknown({ claim }: ClaimedCall): ToolResult {
  return failed(`There is no tool "${claim.name}" here: call those that you were told of.`);
}

async function calledOf(
  deps: ActivityDependencies,
  { workId, toolCallId }: ToolInput,
  { claim, attempt }: ClaimedCall,
  { tool, server: stored }: { tool: TurnTool; server: ToolServerRow | null },
): Promise<ToolResult | 'fenced'> {
  const server = 'operator' in tool ? operatorServer(deps, tool, claim.person) : personServer(deps, stored);
  if (server === null) return failed('This tool was taken away since the turn began: go on without it.');
  if (server === 'unreadable')
    return failed(
      `The token of the server "${stored?.name}" cannot be read any more: the person has to enter it again.`,
    );
  const given = argumentsObject(claim.arguments);
  if (!given.ok) return failed(given.problem);
  const wasSent = claim.progress !== null;
  if (wasSent && !tool.repeatable)
    return failed(
      'The worker that was at this call came down, and nobody knows whether the server carried it out. ' +
        'It was not made again. Find out before you call it once more.',
    );
  if (!(await sendCall(deps.db, { workId, toolCallId, attempt: claim.attempt }))) return 'fenced';
  const { name, at } = server;
  try {
    const { connection } = deps.toolServers;
    const result = await connection.call(at, tool.tool, given.value, attempt.signal, claim.person);
    return { ok: result.isError !== true, result: resultText(name, result), files: [] };
  } catch (error) {
    if (!(error instanceof ToolServerError)) throw error;
    return failed(`The server "${name}" failed. ${error.message}`);
  }
}

/** null: it, or leave for the tool, is gone. */
type Reached = { name: string; at: AnyToolServer } | null;

/** One of the operator's, as this worker was told of it when it started: a guest's Work has it where its file says so now. */
export function operatorServer(
  { toolServers }: Pick<ActivityDependencies, 'toolServers'>,
  { operator: name, tool }: Extract<TurnTool, { operator: string }>,
  { guest }: Person,
): Reached {
  const found = toolServers.operators.find((one) => one.name === name);
  if (found === undefined || found.block.includes(tool) || (guest && !found.guests)) return null;
  return { name, at: found };
}

function personServer(
  { toolServers }: ActivityDependencies,
  stored: ToolServerRow | null,
): Reached | 'unreadable' {
  if (stored === null) return null;
  const { id, name, url, sealedToken } = stored;
  if (sealedToken === null) return { name, at: { url, token: '' } };
  try {
    return { name, at: { url, token: openSecret(sealedToken, id, toolServers.encryptionKey) } };
  } catch (error) {
    if (!(error instanceof UnreadableSecret)) throw error;
    return 'unreadable';
  }
}
