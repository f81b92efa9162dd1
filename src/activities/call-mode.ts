/** How a tool's call may run beside others of the same answer. */
import { isReadOnly, parseCodeAgent } from '../agents/tool-definitions.ts';
import type { CallMode } from '../domain/calls.ts';
import type { ToolArguments } from '../domain/messages.ts';

/** A code_agent call without a task starts no agent: it is answered like any tool with bad arguments. */
export function modeOf(name: string, args: ToolArguments): CallMode {
  if (name === 'code_agent') return parseCodeAgent(args).ok ? 'agent' : 'write';
  if (name === 'run_python') return 'python';
  return isReadOnly(name) ? 'read' : 'write';
}
