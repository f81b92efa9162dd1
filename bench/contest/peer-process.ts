/** A peer's own server process: installed on first use, started, killed, started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { lastLine, runCommand } from '../../src/setup/command.ts';
import { elapsed } from '../../src/setup/progress.ts';
import { waitForHttp } from '../../src/setup/wait-for-http.ts';

const READY_MS = 120_000;

export const peerFolder = (name: string) => join(CHECKOUT, 'bench', 'peers', name);

/** Installs a peer by its lock, unless that has been done. @throws with npm's last line */
export async function installPeer(name: string, say: (line: string) => void): Promise<void> {
  const folder = peerFolder(name);
  // npm writes this file last.
  if (existsSync(join(folder, 'node_modules', '.package-lock.json'))) return;
  const began = performance.now();
  say(`${name}: installing (the first time only)`);
  // No package's own script runs: none is needed, and some only report who installs them.
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts'];
  const { code, output } = await runCommand('npm', args, { cwd: folder });
  if (code !== 0) throw new Error(`npm ci failed in bench/peers/${name}: ${lastLine(output)}`);
  say(`${name}: installed in ${elapsed(began)}`);
}

export interface PeerCommand {
  /** Arguments of this process's own Node. */
  args: string[];
  cwd: string;
  env: Record<string, string>;
  /** Answers with success once the peer takes turns. */
  healthUrl: string;
  /** What the process writes goes to this file. */
  logFile: string;
}

export interface PeerProcess {
  /** Of the process that runs now. */
  pid(): number;
  /** Ends it by SIGKILL and starts it again at once, as a supervisor would. */
  kill(): Promise<void>;
  ready(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it; resolves when it is ready. @throws where it is not within two minutes, or ends before */
export async function startPeer(command: PeerCommand): Promise<PeerProcess> {
  let child = run(command);
  const ready = () => {
    const gone = once(child, 'exit').then(([code]) => {
      throw new Error(`it ended with ${code} before it was ready, see ${command.logFile}`);
    });
    return Promise.race([waitForHttp(command.healthUrl, AbortSignal.timeout(READY_MS)), gone]);
  };
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    signalGroup(child, signal);
    await exited;
  };
  const peer: PeerProcess = {
    pid: () => pidOf(child),
    ready,
    async kill() {
      await end('SIGKILL');
      child = run(command);
    },
    // What a benchmark leaves behind nobody reads.
    stop: () => end('SIGKILL'),
  };
  try {
    await ready();
  } catch (error) {
    await peer.stop();
    throw error;
  }
  return peer;
}

/** In a process group of its own: some command lines start their server as a child. */
function run({ args, cwd, env, logFile }: PeerCommand): ChildProcess {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const endWithUs = () => signalGroup(child, 'SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  return child;
}

/** @throws where it could not be started */
export function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the process was not started');
  return pid;
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(-pid, signal);
}
