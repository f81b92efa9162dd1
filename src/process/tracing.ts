/** Traces, where the operator names a collector (docs/operations.md); elsewhere nothing of OpenTelemetry is loaded. */
import type { Logger } from 'pino';
import type { Tracer } from '../tracing/spans.ts';

/** @param endpoint OTEL_EXPORTER_OTLP_ENDPOINT */
export async function openTracer(
  service: string,
  endpoint: string | undefined,
  log: Logger,
): Promise<Tracer | undefined> {
  if (endpoint === undefined) return undefined;
  const { createOtlpTracer } = await import('../tracing/otlp-tracer.ts');
  return createOtlpTracer(service, (err) => log.warn({ err }, 'spans could not be sent'));
}
