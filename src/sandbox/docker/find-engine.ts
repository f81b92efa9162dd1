/** Whether this machine has a Docker engine that answers, and what it can do. */
import type Docker from 'dockerode';
import type { EngineFacts } from './container-options.ts';
import { ask, connectEngine, EngineError, findEngineSocket } from './engine.ts';

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
}

export type FoundEngine =
  | {
      found: true;
      engine: Docker;
      facts: EngineFacts;
      version: string;
      /** Limits that this engine's kernel cannot hold a container to. */
      notEnforced: string[];
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
  };
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
    return { found: true, engine, facts: factsOf(info), version, notEnforced: notEnforced(info) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { found: false, reason: error.message };
  }
}
