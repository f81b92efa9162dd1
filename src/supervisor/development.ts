/** `npm run dev`: the server's processes are restarted when their sources change, and Vite serves the page. */
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../setup/checkout.ts';
import type { OnProgress } from '../setup/progress.ts';
import type { Instance } from './instance.ts';
import type { System } from './system.ts';

/** Editors write a file in several steps. */
const SETTLE_MS = 150;

export function startDevelopment(system: System, instance: Instance, say: OnProgress): { stop(): void } {
  let settling: NodeJS.Timeout | undefined;
  const watcher = watch(join(CHECKOUT, 'src'), { recursive: true }, (_event, file) => {
    if (!file?.endsWith('.ts')) return;
    clearTimeout(settling);
    settling = setTimeout(() => {
      say(`${file} changed`);
      system.restart('worker');
      system.restart('api');
    }, SETTLE_MS);
  });
  const vite = spawn(
    process.execPath,
    [join(CHECKOUT, 'node_modules', 'vite', 'bin', 'vite.js'), join(CHECKOUT, 'web')],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PAPERAGENT_API: instance.appUrl },
    },
  );
  vite.on('error', (error) => say(`vite could not be started: ${error.message}`));
  return {
    stop() {
      clearTimeout(settling);
      watcher.close();
      vite.kill();
    },
  };
}
