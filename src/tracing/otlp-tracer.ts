/**
 * Sends spans to a collector by OTLP over HTTP (JSON). Only src/process/tracing.ts imports this file, and only where
 * traces are wanted: OpenTelemetry's packages cost 25 MB in each process (measured; B15).
 */
import { type HrTime, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace';
import type { FinishedSpan, Tracer } from './spans.ts';

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };

/** How long spans wait for others to be sent with. */
const BATCH_MS = 1_000;
/** How long a collector may take at the process's end. */
const CLOSE_MS = 2_000;

/**
 * The exporter reads OTEL_EXPORTER_OTLP_ENDPOINT and its like (headers, timeout, compression) from the environment.
 * @param service the process's role, for the service's name
 * @param onFailure when spans could not be sent: they are given up
 */
export function createOtlpTracer(service: string, onFailure: (error: unknown) => void): Tracer {
  setGlobalErrorHandler(onFailure);
  const resource = resourceFromAttributes({
    'service.name': `paperagent-${service}`,
    'service.instance.id': String(process.pid),
  });
  const processor = new BatchSpanProcessor({
    exporter: new OTLPTraceExporter(),
    scheduledDelayMillis: BATCH_MS,
    exportTimeoutMillis: CLOSE_MS,
  });

  function readable(span: FinishedSpan): ReadableSpan {
    const { traceId, spanId } = span.place;
    const contextOf = (id: string) => ({ traceId, spanId: id, traceFlags: TraceFlags.SAMPLED });
    return {
      name: span.name,
      kind: KINDS[span.kind],
      spanContext: () => contextOf(spanId),
      ...(span.parentId === undefined ? {} : { parentSpanContext: contextOf(span.parentId) }),
      startTime: hrTime(span.startedAt),
      endTime: hrTime(span.endedAt),
      duration: hrTime(span.endedAt - span.startedAt),
      ended: true,
      status: { code: span.failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
      attributes: span.attributes,
      links: [],
      events: [],
      resource,
      instrumentationScope: { name: 'paperagent' },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    };
  }

  return {
    record: (span) => processor.onEnd(readable(span)),
    async close() {
      const late = new Promise<void>((resolve) => {
        setTimeout(resolve, CLOSE_MS).unref();
      });
      await Promise.race([processor.shutdown().catch(onFailure), late]);
    },
  };
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  const seconds = Math.trunc(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
