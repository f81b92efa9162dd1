/** An MCP server over standard input and output for tests: `node command-server.mjs HOW [FOLDER]` does well or badly. */
import { spawn } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const [how, folder = '.'] = process.argv.slice(2);
const answer = (id, result) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
const said = (text) => ({ content: [{ type: 'text', text: String(text) }] });

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize')
    answer(id, {
      protocolVersion: params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'command', version: '1' },
    });
  const call = { name: 'call', inputSchema: { type: 'object' } };
  if (method === 'tools/list')
    answer(id, { tools: how === 'lists' ? [call, ...Array(1_000_000).fill(0)] : [call] });
  if (method === 'tools/call') await called(id);
}

async function called(id) {
  switch (how) {
    case 'hangs': {
      // With a child, and neither ends by anything but a kill.
      const child = spawn('sleep', ['3600'], { stdio: 'ignore' });
      writeFileSync(join(folder, 'pids'), `${process.pid} ${child.pid}`);
      process.on('SIGTERM', () => {});
      setInterval(() => {}, 60_000);
      break;
    }
    case 'dies':
      process.stderr.write('it was the cable\n');
      process.exit(3);
      break;
    case 'floods':
      process.stdout.write('x'.repeat(20 * 1024 ** 2));
      break;
    case 'counts': {
      const own = join(folder, String(process.pid));
      writeFileSync(own, '');
      await sleep(100);
      const all = readdirSync(folder).length;
      rmSync(own);
      answer(id, said(all));
      break;
    }
    case 'tells':
      answer(id, said(JSON.stringify(process.env)));
  }
}
