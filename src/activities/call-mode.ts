/** How a tool's call may run beside others of the same answer. */
import { isReadOnly } from '../agents/tool-definitions.ts';
import type { CallMode } from '../domain/calls.ts';

export function modeOf(name: string): CallMode {
  if (name === 'code_agent') return 'agent';
  if (name === 'run_python') return 'python';
  return isReadOnly(name) ? 'read' : 'write';
}
