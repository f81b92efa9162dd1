/**
 * What a trace is made of here. Spans are recorded when they have ended, and a span's ids may be known before it
 * begins, or to another process: they can be derived from ids that stand in Postgres. So the parts of a turn find
 * each other in whichever processes they ran, and whichever of those died.
 */
import { createHash, randomBytes } from 'node:crypto';

/** Where a span stands: 16 and 8 bytes as hexadecimal digits, as OpenTelemetry has them. */
export interface SpanPlace {
  traceId: string;
  spanId: string;
}

/** Ids, counts and codes; never what somebody said or a model wrote (R1, A5). */
export type SpanAttributes = Record<string, string | number | boolean>;

export interface FinishedSpan {
  name: string;
  kind: 'server' | 'client' | 'internal';
  place: SpanPlace;
  /** The span that this one is a part of, in the same trace. */
  parentId?: string;
  /** Milliseconds since 1970, with fractions. */
  startedAt: number;
  endedAt: number;
  failed: boolean;
  attributes: SpanAttributes;
}

export interface Tracer {
  record(span: FinishedSpan): void;
  /** Sends what waits to be sent. A collector that does not answer is given up on. */
  close(): Promise<void>;
}

/** The clock of spans: milliseconds since 1970, finer than Date.now. */
export function spanClock(): number {
  return performance.timeOrigin + performance.now();
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex');
}

/** A place in a trace of its own. */
export function newPlace(): SpanPlace {
  return { traceId: randomBytes(16).toString('hex'), spanId: newSpanId() };
}

/**
 * The span of the request that brought a message, which is the root of the trace of the turn that answers it. Both
 * the api that took the message and the workers derive it.
 */
export function requestPlace(workId: string, messageId: string): SpanPlace {
  const traceId = digest(32, 'trace', workId, messageId);
  return { traceId, spanId: digest(16, 'request', workId, messageId) };
}

/** The span of a turn. */
export function turnSpanId(workId: string, turn: number): string {
  return digest(16, 'turn', workId, String(turn));
}

/** The span of a code agent, which the id of its call names. */
export function agentSpanId(workId: string, agent: string): string {
  return digest(16, 'agent', workId, agent);
}

function digest(length: number, ...of: string[]): string {
  return createHash('sha256').update(of.join(' ').toLowerCase()).digest('hex').slice(0, length);
}
