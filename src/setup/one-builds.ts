/** What is built from the sources is built once, also when several processes want it at the same time. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { takeLock } from '../os/process-lock.mjs';
import { BUILD_CACHE } from './checkout.ts';

/** Builds unless it is there; who comes while another one builds waits, and finds it. `undefined`: it was there. */
export async function oneBuilds(
  name: string,
  isBuilt: () => Promise<boolean> | boolean,
  build: () => Promise<void>,
): Promise<'built' | undefined> {
  if (await isBuilt()) return undefined;
  const release = await takeLockPatiently(name);
  try {
    if (await isBuilt()) return undefined;
    await build();
    return 'built';
  } finally {
    release();
  }
}

async function takeLockPatiently(name: string): Promise<() => void> {
  await mkdir(BUILD_CACHE, { recursive: true });
  for (;;) {
    const lock = takeLock(join(BUILD_CACHE, `${name}.lock`));
    if (lock.taken) return lock.release;
    await delay(100);
  }
}
