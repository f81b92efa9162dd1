import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pack } from 'tar-stream';
import { fetchPrograms } from '../../../src/setup/temporal-download.ts';
import { withTemporaryFolder } from '../../support/temporary-folder.ts';

const PROGRAM = '#!/bin/sh\necho temporal version published\n';
const answers = new Map<string, string | Buffer>();
const server = createServer((request, response) => {
  const body = answers.get(request.url ?? '');
  response.statusCode = body === undefined ? 404 : 200;
  response.end(body);
});
let address: string;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const published = await archiveOf(PROGRAM);
  const sum = createHash('sha256').update(published).digest('hex');
  answers.set('/published.tar.gz', published);
  answers.set('/another.tar.gz', await archiveOf('#!/bin/sh\necho temporal version of a stranger\n'));
  answers.set('/cut.tar.gz', published.subarray(0, -8));
  answers.set('/checksums.txt', `${'0'.repeat(64)}  other.tar.gz\n${sum}  temporal.tar.gz\n`);
  answers.set('/without.txt', `${sum}  other.tar.gz\n`);
});

afterAll(() => void server.close());

async function archiveOf(program: string): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: 'LICENSE' }, 'free');
  archive.entry({ name: 'temporal' }, program);
  archive.finalize();
  return gzipSync(await buffer(archive));
}

const place = (archive: string, checksums = 'checksums.txt') => ({
  url: `${address}/${archive}`,
  checksums: { url: `${address}/${checksums}`, asset: 'temporal.tar.gz' },
});

/** What becomes of the folder, and what is said, where the archive may be had at these places. */
async function fetched(...places: ReturnType<typeof place>[]) {
  return await withTemporaryFolder(async (folder) => {
    const said: string[] = [];
    const file = join(folder, 'temporal');
    const ok = await fetchPrograms(places, { temporal: file }, (line) => said.push(line));
    const left = await readdir(folder);
    return { ok, said, left, program: ok ? await readFile(file, 'utf8') : undefined };
  });
}

test('SR-M11: an archive by the published checksum is unpacked, and nothing else of it is kept', async () => {
  expect(await fetched(place('published.tar.gz'))).toEqual({
    ok: true,
    said: [],
    left: ['temporal'],
    program: PROGRAM,
  });
});

test.each([
  ['holds another program', 'another.tar.gz', 'checksums.txt', 'its checksum is not the published one'],
  ['ends early', 'cut.tar.gz', 'checksums.txt', 'its checksum is not the published one'],
  ['has no published checksum', 'published.tar.gz', 'without.txt', 'no checksum of temporal.tar.gz'],
  ['comes without the list of checksums', 'published.tar.gz', 'nowhere.txt', 'HTTP 404'],
])(
  'SR-M11: an archive that %s is refused, and no byte of it stays',
  async (_, archive, checksums, reason) => {
    const { ok, said, left } = await fetched(place(archive, checksums));
    expect({ ok, left }).toEqual({ ok: false, left: [] });
    expect(said).toEqual([expect.stringContaining(reason)]);
  },
);

test('SR-M11: where the first place gives another archive, the second is asked, and what it gives is checked too', async () => {
  expect(await fetched(place('another.tar.gz'), place('published.tar.gz'))).toMatchObject({
    ok: true,
    program: PROGRAM,
  });
  expect(await fetched(place('another.tar.gz'), place('cut.tar.gz'))).toMatchObject({ ok: false, left: [] });
});
