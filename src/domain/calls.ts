/** A tool call as the workflow knows it: what to run and how, not what it says (R1). */

/** How a call may run beside others: what only reads in parallel, the rest in order. */
export type CallMode = 'read' | 'write' | 'python' | 'agent';

export interface CallRef {
  id: string;
  /** At most 40 bytes for Temporal's UI, such as `run_python monte_carlo.py`. */
  label: string;
  mode: CallMode;
}
