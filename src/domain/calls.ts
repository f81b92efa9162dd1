/** A tool call as the workflow knows it: what to run and how, not what it says (R1). */

/** How a call may run beside others: what only reads in parallel, the rest in order. `person`: one answers it. */
export type CallMode = 'read' | 'write' | 'python' | 'agent' | 'person';

export interface CallRef {
  id: string;
  /** At most 40 bytes for Temporal's UI, such as `run_python monte_carlo.py`. */
  label: string;
  mode: CallMode;
}

/** An answer's calls in the groups they run in: neighbours that only read at once, everything else alone. */
export function groupsOf(calls: readonly CallRef[]): CallRef[][] {
  const groups: CallRef[][] = [];
  let reading: CallRef[] | undefined;
  for (const call of calls) {
    if (call.mode === 'read' && reading !== undefined) {
      reading.push(call);
      continue;
    }
    const group = [call];
    groups.push(group);
    reading = call.mode === 'read' ? group : undefined;
  }
  return groups;
}
