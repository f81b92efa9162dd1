/** Asks a command ten times in a process that has no descriptors left, and prints what is said of it. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { createToolServerConnection } from '../../src/tool-servers/connection.ts';

const connection = createToolServerConnection({ allowHost: () => false });
const held: number[] = [];
try {
  for (;;) held.push(openSync('/dev/null', 'r'));
} catch {
  // There is none left.
}
const said: string[] = [];
for (let call = 0; call < 10; call += 1)
  await connection.list({ command: 'true', args: [], env: {} }).catch((error) => said.push(error.message));
for (const one of held) closeSync(one);
await connection.close();
writeSync(1, said.map((one) => `${one}\n`).join(''));
