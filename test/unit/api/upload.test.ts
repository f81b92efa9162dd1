/** Uploads that break off: whoever sends them is gone, and nothing of them stays (A7). */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ApiError } from '../../../src/api/api-error.ts';
import type { PersonFiles } from '../../../src/api/files/person-files.ts';
import { receiveUploads } from '../../../src/api/files/upload.ts';
import { createWorkspace } from '../../../src/workspace/create-workspace.ts';
import type { Workspace } from '../../../src/workspace/workspace.ts';
import { makeFolder } from '../workspace/folder.ts';

const part = (name: string, content: string, field = 'file') =>
  `--x\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\n\r\n${content}`;
const folder = (value: string) => `--x\r\nContent-Disposition: form-data; name="folder"\r\n\r\n${value}\r\n`;

/** A request whose body is these pieces; then it ends, or fails where its sender goes away. */
function upload(pieces: string[], gone?: Error): Request {
  const left = [...pieces];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = left.shift();
      if (next !== undefined) controller.enqueue(new TextEncoder().encode(next));
      else if (gone) controller.error(gone);
      else controller.close();
    },
  });
  const headers = { 'Content-Type': 'multipart/form-data; boundary=x' };
  return new Request('http://test/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
}

type Files = Pick<PersonFiles, 'write'>;

async function withFiles(use: (files: Files, workspace: Workspace) => Promise<void>): Promise<void> {
  const place = await makeFolder();
  try {
    const workspace = await createWorkspace(join(place.path, 'work'));
    const write: PersonFiles['write'] = (path, content) => workspace.write(path, content);
    await use({ write }, workspace);
  } finally {
    await place.clear();
  }
}

test.each([
  ['its sender goes away', new Error('aborted')],
  ['its sender ends it early', undefined],
])('A7: an upload that stops in the middle of a file, because %s, leaves nothing', async (_why, gone) => {
  await withFiles(async (files, workspace) => {
    const pieces = [part('a.txt', 'half a file, '), 'and a little more'];
    await expect(receiveUploads(upload(pieces, gone), files)).rejects.toMatchObject({ code: 'bad_request' });
    expect(await readdir(join(workspace.root, 'attachments'))).toEqual([]);
  });
});

test('A7: a file that cannot be stored is why the upload failed, and the files beside it are let go', async () => {
  await withFiles(async ({ write }, workspace) => {
    const full = new ApiError('storage_full', 'no room');
    const files: Files = {
      write: async (path, content) => {
        if (!path.endsWith('b.txt')) return await write(path, content);
        throw full;
      },
    };
    const pieces = [`${part('a.txt', 'a')}\r\n`, part('b.txt', 'b'), 'b'.repeat(100_000)];
    await expect(receiveUploads(upload(pieces, new Error('aborted')), files)).rejects.toBe(full);
    expect((await workspace.list()).entries.filter(({ kind }) => kind === 'file').length).toBeLessThan(2);
  });
});

test("A7: a failure that is not the body's is told as it is, whatever it looks like", async () => {
  await withFiles(async () => {
    const failure = new Error('the database said something new');
    const files: Files = { write: () => Promise.reject(failure) };
    const whole = upload([`${part('a.txt', 'a')}\r\n--x--\r\n`]);
    await expect(receiveUploads(whole, files)).rejects.toBe(failure);
  });
});

test('A7: files go where the field before them says; a folder that is none is bad_path', async () => {
  await withFiles(async (files) => {
    const to = (where: string) =>
      receiveUploads(upload([folder(where), `${part('a.txt', 'a')}\r\n--x--\r\n`]), files);
    expect(await to('data')).toMatchObject([{ path: 'data/a.txt', size: 1 }]);
    for (const where of ['../..', '/etc', '']) {
      await expect(to(where)).rejects.toMatchObject({ code: 'bad_path' });
    }
  });
});

test('SR-C3: a name that nobody could have meant is refused before anything is made of it, and nothing is stored', async () => {
  await withFiles(async (files, workspace) => {
    const pieces = [part(`${'a'.repeat(1_001)}.txt`, 'text\r\n--x--\r\n')];
    await expect(receiveUploads(upload(pieces), files)).rejects.toMatchObject({ code: 'bad_path' });
    expect(await readdir(join(workspace.root, 'attachments'))).toEqual([]);
  });
});
