/** A worker's metrics, for Prometheus: what models, turns, sandboxes and the log's group commit do. */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { ActivityMetrics } from '../activities/reporting/metrics.ts';
import type { BatchObserver } from '../db/event-writer.ts';

export interface WorkerMetrics extends ActivityMetrics {
  /** For the event writer. */
  onBatch: BatchObserver;
  text(): Promise<string>;
}

const SECONDS_OF_A_CALL = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const SECONDS_OF_A_COMMIT = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2, 10];

export function createWorkerMetrics(): WorkerMetrics {
  const register = new Registry();
  register.setDefaultLabels({ process: 'worker' });
  collectDefaultMetrics({ register });
  const registers = [register];

  const calls = new Histogram({
    name: 'paperagent_model_call_seconds',
    help: 'Calls of models, from the request to the end of the answer',
    labelNames: ['role', 'source', 'outcome'] as const,
    buckets: SECONDS_OF_A_CALL,
    registers,
  });
  const firstTokens = new Histogram({
    name: 'paperagent_model_first_token_seconds',
    help: 'From the request to the first token of the answer',
    labelNames: ['role', 'source'] as const,
    buckets: SECONDS_OF_A_CALL,
    registers,
  });
  const tokens = new Counter({
    name: 'paperagent_model_tokens_total',
    help: 'Tokens of answered calls',
    labelNames: ['role', 'source', 'direction'] as const,
    registers,
  });
  const turns = new Counter({
    name: 'paperagent_turns_total',
    help: 'Turns that ended, by their outcome',
    labelNames: ['outcome'] as const,
    registers,
  });
  const runs = new Histogram({
    name: 'paperagent_sandbox_run_seconds',
    help: 'Runs of code, by how they ended',
    labelNames: ['ending'] as const,
    buckets: SECONDS_OF_A_CALL,
    registers,
  });
  const commits = new Histogram({
    name: 'paperagent_event_batch_seconds',
    help: 'Statements that append streamed events',
    buckets: SECONDS_OF_A_COMMIT,
    registers,
  });
  const batches = new Histogram({
    name: 'paperagent_event_batch_streams',
    help: 'Streams that shared a statement',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers,
  });
  const events = new Counter({
    name: 'paperagent_events_streamed_total',
    help: 'Streamed events that were appended',
    registers,
  });
  // Series that exist from the start can be seen to rise from nothing.
  for (const outcome of ['done', 'stopped', 'failed'] as const) turns.inc({ outcome }, 0);

  return {
    modelCall({ role, source, outcome, firstTokenMs, durationMs, usage }) {
      calls.observe({ role, source, outcome }, durationMs / 1000);
      if (firstTokenMs !== undefined) firstTokens.observe({ role, source }, firstTokenMs / 1000);
      if (usage === undefined) return;
      tokens.inc({ role, source, direction: 'input' }, usage.inputTokens);
      tokens.inc({ role, source, direction: 'output' }, usage.outputTokens);
    },
    turnEnded(outcome) {
      turns.inc({ outcome });
    },
    sandboxRun({ ending, durationMs }) {
      runs.observe({ ending }, durationMs / 1000);
    },
    onBatch({ streams, events: count, durationMs }) {
      commits.observe(durationMs / 1000);
      batches.observe(streams);
      events.inc(count);
    },
    text: () => register.metrics(),
  };
}
