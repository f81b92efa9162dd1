/** Whether this machine has a Docker engine that answers, and what it can do. */
import type Docker from 'dockerode';
import type { EngineFacts } from './container-options.ts';
import { ask, connectEngine, EngineError } from './engine.ts';
import { findEngineSocket } from './engine-socket.ts';

/** What matters of `GET /info`, which dockerode leaves untyped. */
export interface EngineInfo {
  ServerVersion: string;
  OSType: string;
  Runtimes?: Record<string, unknown>;
  InitCommit?: { ID?: string };
  SecurityOptions?: string[];
  MemoryLimit?: boolean;
  PidsLimit?: boolean;
  CpuCfsQuota?: boolean;
  DockerRootDir?: string;
}

export type FoundEngine =
  | {
      found: true;
      engine: Docker;
      facts: EngineFacts;
      version: string;
      /** Limits that this engine's kernel cannot hold a container to. */
      notEnforced: string[];
      /** Docker as Ubuntu's snap: it sees little of the machine's folders. */
      snap: boolean;
    }
  | { found: false; reason: string };

function notEnforced(info: EngineInfo): string[] {
  return [
    ...(info.MemoryLimit === false ? ['memory'] : []),
    ...(info.PidsLimit === false ? ['the number of processes'] : []),
    ...(info.CpuCfsQuota === false ? ['one processor'] : []),
    ...(info.SecurityOptions?.some((option) => option.startsWith('name=seccomp'))
      ? []
      : ['the system call filter']),
  ];
}

/** What containers are made by. */
export function factsOf(info: EngineInfo): EngineFacts {
  return {
    runtime: info.Runtimes && 'runsc' in info.Runtimes ? 'runsc' : undefined,
    hasInit: info.InitCommit?.ID !== 'N/A',
    rootless: info.SecurityOptions?.includes('name=rootless') ?? false,
    cpuQuota: info.CpuCfsQuota !== false,
    selinux: info.SecurityOptions?.some((option) => /^name=selinux(,|$)/.test(option)) ?? false,
  };
}

export function isSnap(info: EngineInfo): boolean {
  return info.DockerRootDir?.startsWith('/var/snap/') ?? false;
}

/**
 * What is in the way of mounting a folder by a snap's engine, with the remedy: its confinement shows it what is in
 * /home and not hidden, and a mount of anything else is an empty folder or refused. Null where nothing is.
 */
export function snapProblem(folder: string): string | null {
  if (/^\/home(\/[^./][^/]*)+$/.test(folder)) return null;
  return (
    `the Docker engine is a snap, which cannot mount ${folder}: set PA_DATA to a folder in /home that is not ` +
    "hidden, or install Docker's own packages in its place"
  );
}

export async function findEngine(env: NodeJS.ProcessEnv = process.env): Promise<FoundEngine> {
  const socket = findEngineSocket(env);
  if (!socket.found) return socket;
  const engine = await connectEngine(socket.path);
  try {
    const info: EngineInfo = await ask(engine.info());
    if (info.OSType !== 'linux')
      return { found: false, reason: 'the Docker engine runs no Linux containers' };
    const version = info.ServerVersion;
    const snap = isSnap(info);
    return { found: true, engine, facts: factsOf(info), version, notEnforced: notEnforced(info), snap };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { found: false, reason: error.message };
  }
}
