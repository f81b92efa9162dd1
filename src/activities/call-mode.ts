/** How a tool's call may run beside others of the same answer. */
import { isReadOnly, parseAskPerson, parseCodeAgent } from '../agents/tool-definitions.ts';
import type { CallMode } from '../domain/calls.ts';
import type { ToolArguments } from '../domain/messages.ts';
import { isOfferedName } from '../domain/offered-tools.ts';

/** A code_agent call without a task, and a question without words, are answered like any tool with bad arguments. */
export function modeOf(name: string, args: ToolArguments): CallMode {
  if (name === 'code_agent') return parseCodeAgent(args).ok ? 'agent' : 'write';
  if (name === 'ask_person') return parseAskPerson(args).ok ? 'person' : 'write';
  if (name === 'run_python') return 'python';
  // What a server says of its tools is its own word: their calls are made in order.
  if (isOfferedName(name)) return 'write';
  return isReadOnly(name) ? 'read' : 'write';
}
