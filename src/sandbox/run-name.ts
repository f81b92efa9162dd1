/** Names for what a run leaves on the machine: derived from the key, so that a retry finds it (S1). */
import { createHash } from 'node:crypto';
import type { RunKey } from './types.ts';

function digest(...parts: (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

/** The name of a run's container or state folder. Safe as both whatever the key holds. */
export function runName(instance: string, key: RunKey): string {
  return `paperagent-run-${digest(instance, key.workId, key.turn, key.toolCallId)}`;
}

/** The name of what was started ahead for an owner. */
export function warmName(instance: string, workspace: string, owner: string): string {
  return `paperagent-ready-${digest(instance, workspace)}${warmSuffix(owner)}`;
}

/** How the names of all that was started ahead for an owner end. */
export function warmSuffix(owner: string): string {
  return `-${digest(owner)}`;
}
