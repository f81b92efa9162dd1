/** I6: at a call, a worker holds to what its own file says, whatever was offered when the turn began. */
import { expect, test } from '@jest/globals';
import { operatorServer } from '../../../src/activities/offered-tool.ts';

const server = { name: 'issues', url: 'http://a/', headers: {}, guests: false, block: ['make'], ask: [] };
const toolServers = { operators: [server], connection: { call: never }, encryptionKey: Buffer.alloc(32) };

function never(): never {
  throw new Error('Nothing is called.');
}

function reached(operator: string, tool: string, guest: boolean): string | undefined {
  const offered = { name: `${operator}__${tool}`, tool, description: '', parameters: {}, repeatable: false };
  return operatorServer({ toolServers }, { ...offered, operator }, { id: 'one', guest })?.name;
}

test('I6: neither a guest whom the file leaves out, nor a tool that it blocks, nor a server without it is reached', () => {
  expect(reached('issues', 'find', false)).toBe('issues');
  expect(reached('issues', 'find', true)).toBeUndefined();
  expect(reached('issues', 'make', false)).toBeUndefined();
  expect(reached('files', 'find', false)).toBeUndefined();
});
