/** `GET /metrics`, for Prometheus: this process's, and its machine's worker's where there is one. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { mayReadMetrics } from '../../metrics/access.ts';
import { mergeExpositions } from '../../metrics/exposition.ts';
import { ApiError } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { errors } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';

/** How long the worker may take to answer. */
const WORKER_MS = 3_000;

const metrics = createRoute({
  method: 'get',
  path: '/',
  tags: ['server'],
  description: 'From loopback, or with METRICS_TOKEN as a bearer token.',
  responses: {
    200: { description: 'in Prometheus’ text format', content: { 'text/plain': { schema: z.string() } } },
    ...errors(403),
  },
});

export function metricsRoutes({ config, metrics: own, log }: ApiDependencies): Router {
  const app = createRouter();

  async function ofWorker(url: string): Promise<string> {
    const headers = config.metricsToken ? { authorization: `Bearer ${config.metricsToken}` } : {};
    try {
      return await (await fetch(url, { headers, signal: AbortSignal.timeout(WORKER_MS) })).text();
    } catch (err) {
      log.debug({ err }, 'the worker gave no metrics');
      return '';
    }
  }

  app.openapi(metrics, async (c) => {
    const env = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
    const headers = Object.fromEntries(c.req.raw.headers);
    if (!mayReadMetrics(headers, env?.incoming?.socket?.remoteAddress, config.metricsToken)) {
      throw new ApiError('forbidden', 'Metrics are for this machine, or for who has METRICS_TOKEN.');
    }
    const texts = await Promise.all([
      own.text(),
      ...(config.workerMetricsUrl === undefined ? [] : [ofWorker(config.workerMetricsUrl)]),
    ]);
    return c.text(mergeExpositions(texts), 200, {
      'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
    });
  });

  return app;
}
