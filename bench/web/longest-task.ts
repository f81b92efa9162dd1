/**
 * The longest task of a page's main thread by the processor time it took: unlike the time that passed, it does not
 * tell of what else the machine was doing.
 */

interface TraceEvent {
  name?: string;
  ph?: string;
  pid: number;
  tid: number;
  /** Processor time, in microseconds. */
  tdur?: number;
  args?: { name?: string };
}

/** Milliseconds, from a trace of Chromium with the category `toplevel`; 0 where there was no task. */
export function longestTaskOf(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString('utf8')) as { traceEvents: TraceEvent[] };
  const thread = ({ pid, tid }: TraceEvent) => `${pid}/${tid}`;
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(thread),
  );
  let longest = 0;
  for (const event of traceEvents) {
    if (event.ph !== 'X' || !event.name?.endsWith('RunTask') || !mains.has(thread(event))) continue;
    longest = Math.max(longest, event.tdur ?? 0);
  }
  return longest / 1_000;
}
