/** Asks a command that hangs, until this process is killed: `node hold-command.ts FOLDER`. */
import path from 'node:path';
import { createToolServerConnection } from '../../src/tool-servers/connection.ts';

const script = path.join(import.meta.dirname, 'command-server.mjs');
const server = { command: process.execPath, args: [script, 'hangs', process.argv[2] ?? '.'], env: {} };
await createToolServerConnection({ allowHost: () => false }).call(
  server,
  'call',
  {},
  new AbortController().signal,
);
