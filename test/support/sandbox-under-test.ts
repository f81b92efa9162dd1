/** The sandboxes as tests use them: one contract, a fresh state folder, workspaces, and what a run showed. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type EngineProxy, startEngineProxy } from '../../src/engine-proxy/proxy-server.ts';
import { chooseSandbox, type SandboxConfig, setUpSandbox } from '../../src/sandbox/choose-sandbox.ts';
import { sandboxUser } from '../../src/sandbox/docker/container-options.ts';
import { findEngineSocket } from '../../src/sandbox/docker/engine-socket.ts';
import { findEngine } from '../../src/sandbox/docker/find-engine.ts';
import { sandboxImageTag } from '../../src/sandbox/docker/image.ts';
import {
  DEFAULT_LIMITS,
  type Ending,
  type RunKey,
  type RunLimits,
  type Sandbox,
} from '../../src/sandbox/types.ts';

export type Kind = Sandbox['kind'];

/** Every way to a sandbox that has to keep the contract; by the proxy, as the workers of docker-compose.yml have it. */
export const WAYS = ['bubblewrap', 'docker', 'docker by the engine proxy'] as const;
export type Way = (typeof WAYS)[number];

/** Also the name of what a test by this way needs (needs.ts). */
export function kindOf(way: Way): Kind {
  return way === 'bubblewrap' ? 'bubblewrap' : 'docker';
}

const usualEngine = process.env.DOCKER_HOST;

function useEngine(host: string | undefined): void {
  if (host === undefined) delete process.env.DOCKER_HOST;
  else process.env.DOCKER_HOST = host;
}

/** The `docker` program, asking the engine itself. */
export function docker(...args: string[]): string {
  const { DOCKER_HOST: _, ...env } = process.env;
  const usual = usualEngine === undefined ? {} : { DOCKER_HOST: usualEngine };
  return execFileSync('docker', args, { encoding: 'utf8', env: { ...env, ...usual } });
}

/** A proxy for one folder's instance; from now on it is this process's engine. */
async function startProxy(folder: string, instance: string): Promise<EngineProxy> {
  const [found, engine] = [await findEngine(), findEngineSocket(process.env)];
  if (!found.found || !engine.found) throw new Error('no engine answers');
  const socket = join(folder, 'engine.sock');
  const workspaces = join(folder, 'workspaces');
  const { facts } = found;
  const proxy = await startEngineProxy({
    policy: {
      instance,
      image: sandboxImageTag({ libraries: LIBRARIES, own: [] }),
      workspaces,
      user: sandboxUser(facts),
      facts,
    },
    engineSocket: engine.path,
    socket,
    onRefused: (line) => process.stderr.write(`the engine proxy refused ${line}\n`),
  });
  useEngine(`unix://${socket}`);
  return proxy;
}

/** For whom tests prepare sandboxes. */
export const PREPARING_OWNER = 'agent';

/** As a server has them that sets nothing. */
const LIBRARIES = 'usual';

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'paperagent');

/** Every client of one state folder is as good as another: that is what reattachment means. */
export function sandboxConfig(way: Way, stateDir: string, instance: string): SandboxConfig {
  return {
    mode: kindOf(way),
    libraries: LIBRARIES,
    own: [],
    instance,
    stateDir,
    cacheDir: CACHE,
    log: () => undefined,
  };
}

export interface Outcome {
  ending: Ending;
  stdout: string;
  stderr: string;
  /** Raw bytes that the sandbox says were handed on. */
  bytes: { stdout: number; stderr: number };
  ms: number;
}

export interface RunOptions {
  limits?: Partial<RunLimits>;
  key?: RunKey;
  owner?: string;
  mayStart?: boolean;
  signal?: AbortSignal;
  progress?: { stdout: number; stderr: number };
  onText?: (text: string) => void;
}

export interface SandboxUnderTest {
  kind: Kind;
  sandbox: Sandbox;
  workspace: string;
  stateDir: string;
  instance: string;
  newKey(): RunKey;
  /** Writes `code/NAME.py` and runs it to its end. */
  run(code: string, options?: RunOptions): Promise<Outcome>;
  /** Runs what is in `code/` already. */
  runScript(script: string, options?: RunOptions): Promise<Outcome>;
  dispose(): Promise<void>;
}

/** Makes what there is to be made for it, once a run. @returns why there is none, or null. */
export async function setUp(way: Way): Promise<string | null> {
  const stateDir = mkdtempSync(join(tmpdir(), 'pa-setup-'));
  const chosen = await setUpSandbox(sandboxConfig(way, stateDir, 'setup'), (line) =>
    process.stderr.write(`${line}\n`),
  );
  rmSync(stateDir, { recursive: true, force: true });
  return chosen.sandbox ? null : chosen.reason;
}

export async function openSandbox(way: Way): Promise<SandboxUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'pa-sandbox-'));
  const stateDir = join(folder, 'state');
  const workId = randomUUID();
  const workspace = join(folder, 'workspaces', workId);
  mkdirSync(join(workspace, 'code'), { recursive: true });
  mkdirSync(stateDir);
  const instance = randomUUID();
  const proxy = way === 'docker by the engine proxy' ? await startProxy(folder, instance) : undefined;
  const chosen = await chooseSandbox(sandboxConfig(way, stateDir, instance));
  if (!chosen.sandbox) throw new Error(chosen.reason);
  const { sandbox } = chosen;
  const newKey = () => ({ workId, turn: 1, toolCallId: randomUUID() });

  async function runScript(script: string, options: RunOptions = {}): Promise<Outcome> {
    const began = performance.now();
    const shown = { stdout: '', stderr: '' };
    const bytes = { stdout: 0, stderr: 0, ...options.progress };
    const ending = await sandbox.run(
      {
        key: options.key ?? newKey(),
        owner: options.owner ?? 'nobody',
        workspace,
        script,
        limits: { ...DEFAULT_LIMITS, ...options.limits },
      },
      {
        progress: { ...bytes },
        mayStart: options.mayStart ?? true,
        signal: options.signal ?? new AbortController().signal,
        async onOutput(chunk) {
          shown[chunk.stream] += chunk.text;
          bytes[chunk.stream] = chunk.bytes;
          options.onText?.(chunk.text);
        },
      },
    );
    return { ending, ...shown, bytes, ms: performance.now() - began };
  }

  return {
    kind: kindOf(way),
    sandbox,
    workspace,
    stateDir,
    instance,
    newKey,
    runScript,
    async run(code, options) {
      const script = `code/${randomUUID()}.py`;
      mkdirSync(dirname(join(workspace, script)), { recursive: true });
      writeFileSync(join(workspace, script), code);
      return await runScript(script, options);
    },
    async dispose() {
      await sandbox.release(PREPARING_OWNER);
      await sandbox.reap({ run: async () => false, agent: async () => false });
      useEngine(usualEngine);
      await proxy?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
