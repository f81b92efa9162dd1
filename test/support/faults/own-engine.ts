/** A Docker engine that a test may stop and kill: its own socket and folders, beside the machine's. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { connectEngine } from '../../../src/sandbox/docker/engine.ts';
import { findEngineSocket } from '../../../src/sandbox/docker/engine-socket.ts';
import { hasImage, sandboxImageTag } from '../../../src/sandbox/docker/image.ts';
import { until } from '../until.ts';

export interface OwnEngine {
  /** As DOCKER_HOST has it. */
  host: string;
  start(): Promise<void>;
  end(how: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  close(): Promise<void>;
}

const ANSWERS_MS = 60_000;

/** What one is made of: the machine's engine, which has the sandbox's image, and the program. Or why there can be none. */
async function parts(): Promise<{ engine: Docker; program: string } | string> {
  const socket = findEngineSocket(process.env);
  if (!socket.found) return socket.reason;
  if (process.getuid?.() !== 0) return 'only root can start a Docker engine';
  const engine = await connectEngine(socket.path);
  const has = await hasImage(engine, sandboxImageTag({ libraries: 'usual', own: [] })).catch(
    (error: Error) => error.message,
  );
  if (has !== true) return `the machine's engine has no image${has ? ` (${has})` : ''}`;
  const program = await promisify(execFile)('which', ['dockerd']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  return program === undefined ? 'there is no dockerd' : { engine, program };
}

/** Why none can be started here; null where one can. */
export async function whyNoOwnEngine(): Promise<string | null> {
  const found = await parts();
  return typeof found === 'string' ? found : null;
}

/** Starts one and gives it the sandbox's image from the machine's engine. */
export async function startOwnEngine(): Promise<OwnEngine> {
  const found = await parts();
  if (typeof found === 'string') throw new Error(found);
  const { engine: from, program } = found;
  const dir = await mkdtemp(path.join(tmpdir(), 'paperagent-engine-'));
  const own = path.join(dir, 'docker.sock');
  let child: ChildProcess;

  async function spawnOne(): Promise<void> {
    // One that was killed leaves its socket and its process id behind.
    await rm(own, { force: true });
    await rm(path.join(dir, 'pid'), { force: true });
    const folders = ['data', 'exec', 'pid'].map((name) => path.join(dir, name));
    const [data = '', exec = '', pid = ''] = folders;
    child = spawn(
      program,
      [
        ...['--host', `unix://${own}`, '--data-root', data, '--exec-root', exec, '--pidfile', pid],
        ...['--bridge', 'none', '--iptables=false', '--ip6tables=false'],
      ],
      { stdio: ['ignore', 'ignore', openSync(path.join(dir, 'log'), 'a')] },
    );
  }

  async function start(): Promise<void> {
    await spawnOne();
    const answers = async () => {
      // One that was killed leaves locks that are let go of a moment later: until then a new one ends at once.
      if (child.exitCode !== null) await spawnOne();
      return await access(own)
        .then(async () => (await connectEngine(own)).ping())
        .then(
          () => true,
          () => false,
        );
    };
    await until(answers, 'the engine answered', ANSWERS_MS);
  }

  async function end(how: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(how);
    await once(child, 'exit');
  }

  await start();
  const image = await from.getImage(sandboxImageTag({ libraries: 'usual', own: [] })).get();
  const loaded = await (await connectEngine(own)).loadImage(image);
  loaded.resume();
  await once(loaded, 'end');
  return {
    host: `unix://${own}`,
    start,
    end,
    async close() {
      await end('SIGTERM');
      // An engine that does not come back leaves its mounts, too.
      const all = await readFile('/proc/mounts', 'utf8');
      const mounts = all.split('\n').map((line) => line.split(' ')[1] ?? '');
      for (const mount of mounts.filter((at) => at.startsWith(dir))) {
        await promisify(execFile)('umount', ['-l', mount]);
      }
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
