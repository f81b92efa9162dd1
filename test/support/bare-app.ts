/** The api's app with nothing behind it, of which only its description is asked for. */
import pino from 'pino';
import { createApp } from '../../src/api/app.ts';
import type { ApiDependencies } from '../../src/api/dependencies.ts';
import { createApiMetrics } from '../../src/api/metrics/api-metrics.ts';
import { NO_QUOTAS } from './works.ts';

const BARE = {
  config: {
    readerTimeoutMs: 1_000,
    version: '0',
    isOwnHost: () => true,
    webDir: '.',
    quotas: NO_QUOTAS,
    admission: {},
  },
  metrics: createApiMetrics(),
  log: pino({ level: 'silent' }),
  tokens: {},
  openStreams: {},
  dataDir: '.',
} as unknown as ApiDependencies;

export const bareApp = () => createApp(BARE);
