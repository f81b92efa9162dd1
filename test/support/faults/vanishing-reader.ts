/** Somebody who asks for something and is then gone without a word: no FIN, no RST, nothing acknowledged. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { CHECKOUT } from '../../../src/setup/checkout.ts';

const PROGRAM = path.join(CHECKOUT, 'test', 'support', 'faults', 'vanish.py');

export interface VanishingReader {
  vanish(): Promise<void>;
  /** Ends it, whatever it was; its connection, if it is there still, is closed by its kernel. */
  close(): Promise<void>;
}

/**
 * Asks for something; needs Python 3 on Linux.
 * @param request as it goes over the network, with \r\n
 * @param answered false: nothing comes before it is gone
 */
export async function askAndVanish(
  url: string,
  request: string,
  { answered = true } = {},
): Promise<VanishingReader> {
  const { hostname, port } = new URL(url);
  const child = spawn('python3', [PROGRAM, hostname, port, ...(answered ? [] : ['--silent'])], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said = async (what: string) => {
    const { value } = await lines.next();
    if (value !== what) throw new Error(`it said ${String(value)} instead of ${what}`);
  };
  child.stdin.write(`${request}\n.\n`);
  await said('asked');
  return {
    async vanish() {
      child.stdin.write('\n');
      await said('gone');
    },
    close: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = once(child, 'exit');
  child.kill('SIGKILL');
  await over;
}
