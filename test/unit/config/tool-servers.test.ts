/** I6: the file of MCP servers for everybody is read in the form that other programs take, and what is wrong is a sentence. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readOperatorToolServers } from '../../../src/config/tool-servers.ts';

const folder = mkdtempSync(join(tmpdir(), 'pa-servers-'));
const file = join(folder, 'mcp.json');
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  writeFileSync(file, text);
  return readOperatorToolServers(file);
}

test('I6: addresses and commands, with what others write besides passed over', () => {
  const mcpServers = {
    files: { type: 'stdio', command: 'npx', args: ['-y', 'x'] },
    issues: {
      type: 'http',
      url: 'http://tools.lan/mcp',
      headers: { a: 'b' },
      guests: true,
      block: ['c'],
      ask: ['d'],
    },
  };
  expect(read(JSON.stringify({ mcpServers, inputs: [] }))).toEqual([
    { name: 'files', command: 'npx', args: ['-y', 'x'], env: {}, guests: false, block: [], ask: [] },
    {
      name: 'issues',
      url: 'http://tools.lan/mcp',
      headers: { a: 'b' },
      guests: true,
      block: ['c'],
      ask: ['d'],
    },
  ]);
  expect(readOperatorToolServers(undefined)).toBeUndefined();
});

test.each([
  ['{', /MCP_SERVERS names a file that cannot be read as JSON/],
  ['{}', /mcpServers/],
  ['{"mcpServers": {"a": {}}}', /mcpServers\.a must have a "command", or a "url"/],
  ['{"mcpServers": {"A b": {"command": "x"}}}', /small letters/],
  ['{"mcpServers": {"a": {"url": "ftp://x"}}}', /mcpServers\.a/],
  [
    JSON.stringify({
      mcpServers: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`a${n}`, { command: 'x' }])),
    }),
    /more than 20 servers/,
  ],
])('I6: what is wrong in the file is said: %#', (text, sentence) => {
  expect(() => read(text)).toThrow(sentence);
});
