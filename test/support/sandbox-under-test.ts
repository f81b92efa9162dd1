/** The two sandboxes as tests use them: one contract, a fresh state folder, workspaces, and what a run showed. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readConfig } from '../../src/main/config.ts';
import { chooseSandbox, type SandboxConfig, setUpSandbox } from '../../src/sandbox/choose-sandbox.ts';
import {
  DEFAULT_LIMITS,
  type Ending,
  type RunKey,
  type RunLimits,
  type Sandbox,
} from '../../src/sandbox/types.ts';

export type Kind = Sandbox['kind'];

/** For whom tests prepare sandboxes. */
export const PREPARING_OWNER = 'agent';

/** Set-up may have to make an image or an environment the first time. */
export const SET_UP_MS = 540_000;

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'paperagent');

/** Every client of one state folder is as good as another: that is what adoption means. */
export function sandboxConfig(mode: Kind, stateDir: string, instance: string): SandboxConfig {
  return { mode, instance, stateDir, cacheDir: CACHE, log: () => undefined };
}

/** Without an engine the Docker tests are skipped, and fail where one is required (REQUIRE_DOCKER, CI). */
export function isRequired(kind: Kind): boolean {
  const { CI, REQUIRE_DOCKER } = process.env;
  return kind === 'bubblewrap' || readConfig({ CI, REQUIRE_DOCKER }).requireDocker;
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

/** Set-up, once for a test file. @returns why there is none, or null. */
export async function setUp(kind: Kind): Promise<string | null> {
  const stateDir = mkdtempSync(join(tmpdir(), 'pa-setup-'));
  const chosen = await setUpSandbox(sandboxConfig(kind, stateDir, 'setup'), (line) =>
    process.stderr.write(`${line}\n`),
  );
  rmSync(stateDir, { recursive: true, force: true });
  return chosen.sandbox ? null : chosen.reason;
}

export async function openSandbox(kind: Kind): Promise<SandboxUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'pa-sandbox-'));
  const stateDir = join(folder, 'state');
  const workspace = join(folder, 'workspace');
  mkdirSync(join(workspace, 'code'), { recursive: true });
  mkdirSync(stateDir);
  const instance = randomUUID();
  const chosen = await chooseSandbox(sandboxConfig(kind, stateDir, instance));
  if (!chosen.sandbox) throw new Error(chosen.reason);
  const { sandbox } = chosen;
  const newKey = () => ({ workId: 'work', turn: 1, toolCallId: randomUUID() });

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
    kind,
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
      await sandbox.discard(PREPARING_OWNER);
      await sandbox.reap({ run: async () => false, agent: async () => false });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
