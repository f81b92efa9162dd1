/** What a kernel's table of connections says of those that are asked about. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { inodeOf, readRows, unacknowledgedBytes } from '../../../src/api/live/unacknowledged.ts';
import { testWith } from '../../support/needs.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:A28B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5665835 2 00000000f509f20a 100 0 0 10 0
   1: 0100007F:67CF 0100007F:9E2C 01 0000001F:00000000 01:00000A3C 00000003  1000        0 77 4 000000001f485e68 100 0 0 10 -1
   2: 0100007F:67CF 0100007F:9E2E 01 00000000:00000010 02:00000A3C 00000000  1000        0 78 2 000000001f485e69 20 4 30 10 -1
  10: 0100007F:67CF 0100007F:9E30 06 00000005:00000000 03:00000A3C 00000000     0        0 0 3 000000001f485e70
`;
const TABLE6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0000000000000000FFFF00000100007F:0BB8 0000000000000000FFFF00000100007F:D2F4 01 00100000:00000000 01:00000014 00000000  1000        0 90 2 0000000000000000 20 4 31 10 -1
`;

test('what is not acknowledged is found by inode, in the tables of both families', () => {
  const found = new Map<string, number>();
  for (const table of [TABLE, TABLE6]) readRows(table, new Set(['77', '78', '90', '91']), found);
  expect(Object.fromEntries(found)).toEqual({ 77: 31, 78: 0, 90: 1_048_576 });
});

testWith('Linux')('this machine’s own table knows a connection of this process', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  const client = connect(address.port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  try {
    const inode = inodeOf(accepted) ?? '';
    expect(await unacknowledgedBytes(new Set([inode]))).toEqual(new Map([[inode, expect.any(Number)]]));
    accepted.destroy();
    expect(inodeOf(accepted)).toBeUndefined();
  } finally {
    client.destroy();
    server.close();
  }
});
