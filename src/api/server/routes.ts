/** What the server says of itself: whether it lives, whether it can work, what it is. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createRoute } from '@hono/zod-openapi';
import { sql } from 'kysely';
import { hasMainModel } from '../../db/models.ts';
import * as shapes from '../../protocol/meta.ts';
import { pingTemporal } from '../../temporal/work-client.ts';
import { DISK_RESERVE_BYTES, freeBytes } from '../../workspace/disk-room.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, errors, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';

/** How long a dependency may take to answer. */
const TIMEOUT_MS = 2_000;

/** Below this much room on its disk nothing can be counted on to be stored: an eighth of what files leave free. */
const LEAST_FREE_BYTES = DISK_RESERVE_BYTES / 8;

const tags = ['server'];

const live = createRoute({
  method: 'get',
  path: '/live',
  tags,
  responses: { 200: json(shapes.liveness, 'this process answers') },
});
const ready = createRoute({
  method: 'get',
  path: '/ready',
  tags,
  responses: {
    200: json(shapes.readiness, 'all dependencies answer'),
    503: json(shapes.readiness, 'not all dependencies answer'),
  },
});
const meta = createRoute({
  method: 'get',
  path: '/',
  tags,
  security: bearer,
  responses: { 200: json(shapes.meta, 'what this server is'), ...errors(401) },
});

type State = { ok: boolean; error?: string; latencyMs?: number };

export function healthRoutes({ db, temporal, live: log, dataDir }: ApiDependencies): Router {
  const app = createRouter();
  const checks: Record<string, () => Promise<unknown>> = {
    postgres: () => sql`select 1`.execute(db),
    temporal: () => pingTemporal(temporal, TIMEOUT_MS),
    liveLog: async () => {
      if (!log.connected) throw new Error('not connected');
    },
    storage: async () => {
      await access(dataDir, constants.W_OK);
      if ((await freeBytes(dataDir)) < LEAST_FREE_BYTES) throw new Error('the disk is full');
    },
  };

  app.openapi(live, (c) => c.json({ status: 'ok' as const }, 200));

  app.openapi(ready, async (c) => {
    const states = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await stateOf(check)] as const),
    );
    const dependencies = Object.fromEntries(states);
    const ok = states.every(([, state]) => state.ok);
    return ok
      ? c.json({ status: 'ok' as const, dependencies }, 200)
      : c.json({ status: 'unavailable' as const, dependencies }, 503);
  });

  return app;
}

export function metaRoutes({ db, config }: ApiDependencies): Router {
  const app = createRouter();
  const { version, temporalUiUrl } = config;
  app.openapi(meta, async (c) => {
    const demoModel = config.demoModel && !(await hasMainModel(db, c.get('identity').userId));
    return c.json({ version, demoModel, temporalUiUrl }, 200);
  });
  return app;
}

/** Never the error itself: it may name hosts and users, and this is open to everybody. */
async function stateOf(check: () => Promise<unknown>): Promise<State> {
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<State>((resolve) => {
    timer = setTimeout(resolve, TIMEOUT_MS, { ok: false, error: 'no answer in time' });
  });
  const answered = check().then(
    (): State => ({ ok: true, latencyMs: Math.round(performance.now() - began) }),
    (): State => ({ ok: false, error: 'does not answer' }),
  );
  return await Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
