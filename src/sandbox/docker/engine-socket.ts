/**
 * Where this machine's Docker engine listens, as the `docker` program would find it: DOCKER_HOST, the chosen
 * context, the usual socket; then the sockets of engines that people have in its place.
 */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../../system-error.ts';

export type EngineSocket = { found: true; path: string } | { found: false; reason: string };

type Environment = Readonly<Record<string, string | undefined>>;

const configFile = z.object({ currentContext: z.string().optional() });
const contextFile = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });

/** The socket of this machine's engine, or why there is none. Does not ask it anything. */
export function findEngineSocket(env: Environment, home = env.HOME || homedir()): EngineSocket {
  const { DOCKER_HOST } = env;
  if (DOCKER_HOST) return ofAddress('DOCKER_HOST', DOCKER_HOST);
  const docker = env.DOCKER_CONFIG || join(home, '.docker');
  try {
    const config = readJson(configFile, join(docker, 'config.json'));
    const context = env.DOCKER_CONTEXT || config?.currentContext || 'default';
    if (context !== 'default') return ofContext(docker, context);
  } catch (error) {
    return { found: false, reason: `Docker's settings in ${docker} cannot be read: ${told(error)}` };
  }
  const there = usualSockets(env, home).filter((path) => existsSync(path));
  const path = there.find(mayUse) ?? there[0];
  if (path !== undefined) return { found: true, path };
  return {
    found: false,
    reason: 'there is no Docker engine on this machine (one that listens elsewhere is named by DOCKER_HOST)',
  };
}

function ofAddress(of: string, address: string): EngineSocket {
  if (!address.startsWith('unix://'))
    return { found: false, reason: `the Docker engine of ${of}, ${address}, is on no local socket` };
  const path = address.slice('unix://'.length);
  if (existsSync(path)) return { found: true, path };
  return { found: false, reason: `the Docker engine does not answer: there is no socket ${path} (${of})` };
}

/** A context is kept under the hash of its name. */
function ofContext(docker: string, context: string): EngineSocket {
  const folder = createHash('sha256').update(context).digest('hex');
  const meta = readJson(contextFile, join(docker, 'contexts', 'meta', folder, 'meta.json'));
  const of = `the context "${context}"`;
  if (meta) return ofAddress(of, meta.Endpoints.docker.Host);
  return { found: false, reason: `Docker knows nothing of ${of}: run \`docker context use default\`` };
}

/** The engine's own first, then a plain user's, then those of other makers. */
function usualSockets(env: Environment, home: string): string[] {
  const runtime = env.XDG_RUNTIME_DIR;
  return [
    '/var/run/docker.sock',
    ...(runtime ? [join(runtime, 'docker.sock')] : []),
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
    join(env.COLIMA_HOME || join(home, '.colima'), 'default/docker.sock'),
    join(home, '.config/colima/default/docker.sock'),
    join(home, '.rd/docker.sock'),
    join(home, '.orbstack/run/docker.sock'),
    ...(runtime ? [join(runtime, 'podman/podman.sock')] : []),
    '/run/podman/podman.sock',
  ];
}

function mayUse(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** @returns undefined where there is no such file. */
function readJson<T>(schema: z.ZodType<T>, path: string): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  return schema.parse(JSON.parse(text));
}

function told(error: unknown): string {
  return error instanceof z.ZodError
    ? (error.issues[0]?.message ?? 'they are not as expected')
    : (error as Error).message;
}
