/**
 * Calls a tool of a server that the person connected (I6). That a call goes out is written down first: where an attempt
 * died behind that, only a tool that says that it may be repeated is called again, and of another the model is told that
 * nobody knows what became of it.
 */
import { argumentsObject } from '../agents/tool-definitions.ts';
import { sendCall, type ToolServerRow, type TurnTool, toolOfCall } from '../db/tool-servers.ts';
import { openSecret, UnreadableSecret } from '../secrets/sealed-secret.ts';
import { ToolServerError } from '../tool-servers/connection.ts';
import { resultText } from '../tool-servers/result-text.ts';
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
  { tool, server }: { tool: TurnTool; server: ToolServerRow | null },
): Promise<ToolResult | 'fenced'> {
  if (server === null)
    return failed('The person has taken this tool away since the turn began: go on without it.');
  const given = argumentsObject(claim.arguments);
  if (!given.ok) return failed(given.problem);
  const wasSent = claim.progress !== null;
  if (wasSent && !tool.repeatable)
    return failed(
      'The worker that was at this call came down, and nobody knows whether the server carried it out. ' +
        'It was not made again. Find out before you call it once more.',
    );
  const token = tokenOf(server, deps.toolServers.encryptionKey);
  if (token === undefined)
    return failed(
      `The token of the server "${server.name}" cannot be read any more: the person has to enter it again.`,
    );
  if (!(await sendCall(deps.db, { workId, toolCallId, attempt: claim.attempt }))) return 'fenced';
  try {
    const { url, name } = server;
    const result = await deps.toolServers.connection.call(
      { url, token },
      tool.tool,
      given.value,
      attempt.signal,
    );
    return { ok: result.isError !== true, result: resultText(name, result), files: [] };
  } catch (error) {
    if (!(error instanceof ToolServerError)) throw error;
    return failed(`The server "${server.name}" failed. ${error.message}`);
  }
}

function tokenOf({ id, sealedToken }: ToolServerRow, key: Buffer): string | undefined {
  if (sealedToken === null) return '';
  try {
    return openSecret(sealedToken, id, key);
  } catch (error) {
    if (!(error instanceof UnreadableSecret)) throw error;
    return undefined;
  }
}
