/** Ports of the embedded servers: free ones, chosen once and kept, so that others find them again after a restart. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { z } from 'zod';

/**
 * Below the ranges that systems take for outgoing connections: a client that keeps trying to reach a port
 * of that range on its own machine may be given the very port as its own, and then the server cannot have it.
 */
const FIRST = 20_000;
const LAST = 29_999;

/** Whether nothing listens on the port at this address. */
export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A free port on loopback that is not among `taken`. */
export async function findFreePort(taken: readonly number[] = []): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
}

const kept = z.record(z.string(), z.number().int());

/**
 * One port for each name, those kept in `file` where they are still free. Call it when none of one's own
 * servers runs any more.
 */
export async function keptPorts<Name extends string>(
  file: string,
  names: readonly Name[],
): Promise<Record<Name, number>> {
  const before = kept.safeParse(await readJson(file)).data ?? {};
  const ports: Record<string, number> = {};
  for (const name of names) {
    const wanted = before[name];
    ports[name] =
      wanted !== undefined && (await isFree(wanted)) ? wanted : await findFreePort(Object.values(ports));
  }
  await writeFile(file, JSON.stringify({ ...before, ...ports }));
  return ports as Record<Name, number>;
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined; // missing or damaged: ports are chosen anew
  }
}
