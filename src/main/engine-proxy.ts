/**
 * The engine proxy's process: the one that may open the Docker engine's socket, in place of the workers. What it
 * lets pass is in src/engine-proxy. Its variables: PA_DATA, the same path on the engine's machine;
 * DOCKER_HOST, the engine's own socket where it is not at a usual place; ENGINE_PROXY_SOCKET, where to listen;
 * SANDBOX_USER, the workers' "uid:gid"; SANDBOX_LIBRARIES and SANDBOX_PACKAGES, as theirs.
 */
import { join, resolve } from 'node:path';
import pino from 'pino';
import { z } from 'zod';
import { readCommandLine } from '../cli/command-line.ts';
import { readOwnPackages } from '../domain/own-packages.ts';
import { askEngine } from '../engine-proxy/engine-connection.ts';
import { startEngineProxy } from '../engine-proxy/proxy-server.ts';
import { findEngineSocket } from '../sandbox/docker/engine-socket.ts';
import { type EngineInfo, factsOf } from '../sandbox/docker/find-engine.ts';
import { sandboxImageTag } from '../sandbox/docker/image.ts';
import { keptInstanceLabel } from '../setup/instance-label.ts';

readCommandLine();
const settings = z
  .object({
    PA_DATA: z.string().min(1, 'must be the absolute path of the data folder'),
    ENGINE_PROXY_SOCKET: z.string().min(1, 'must be a path to listen at'),
    SANDBOX_USER: z
      .string()
      .regex(/^([1-9]\d*:[1-9]\d*|0:0)$/, 'must be "uid:gid" of the workers, such as 10001:10001'),
    SANDBOX_LIBRARIES: z.enum(['few', 'usual', 'all'], 'must be few, usual or all').default('usual'),
    SANDBOX_PACKAGES: z.string().default(''),
  })
  .safeParse(process.env);
if (!settings.success) {
  const [issue] = settings.error.issues;
  console.error(`engine proxy: ${String(issue?.path[0])} ${issue?.message}`);
  process.exit(1);
}
const { PA_DATA, ENGINE_PROXY_SOCKET, SANDBOX_USER, SANDBOX_LIBRARIES, SANDBOX_PACKAGES } = settings.data;
const log = pino({ base: { role: 'engine-proxy', pid: process.pid } });

const engineSocket = findEngineSocket(process.env);
if (!engineSocket.found) {
  log.fatal(engineSocket.reason);
  process.exit(1);
}
const dataDir = resolve(PA_DATA);
const info = await askEngine(engineSocket.path, { method: 'GET', path: '/info' });
const facts = factsOf(JSON.parse(info.body) as EngineInfo);
if (SANDBOX_USER === '0:0' && !facts.rootless) {
  log.fatal('SANDBOX_USER may be root only of an engine that is rootless');
  process.exit(1);
}
const policy = {
  instance: keptInstanceLabel(dataDir),
  image: sandboxImageTag({ libraries: SANDBOX_LIBRARIES, own: readOwnPackages(SANDBOX_PACKAGES) }),
  workspaces: join(dataDir, 'workspaces'),
  user: SANDBOX_USER,
  facts,
};
const proxy = await startEngineProxy({
  policy,
  engineSocket: engineSocket.path,
  socket: ENGINE_PROXY_SOCKET,
  onRefused: (line) => log.warn(line),
});
log.info({ ...policy, socket: ENGINE_PROXY_SOCKET }, 'listening');

const close = () => void proxy.close().then(() => process.exit());
process.once('SIGTERM', close).once('SIGINT', close);
