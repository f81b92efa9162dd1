/** A Node stream as an answer's body, whenever its reader comes and leaves. */
import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { streamBody } from '../../../src/api/stream-body.ts';

test('a body is the bytes of its stream', async () => {
  const pieces = [Buffer.from('one '), Buffer.from('two')];
  expect(await new Response(streamBody(Readable.from(pieces))).text()).toBe('one two');
  expect(await new Response(streamBody(Readable.from([]))).text()).toBe('');
});

test.each([0, 1, 2, 3])(
  'a reader that leaves after %d turns of the loop destroys the stream',
  async (turns) => {
    const stream = new PassThrough();
    const body = streamBody(stream);
    for (let n = 0; n < turns; n += 1) await turn();
    for (let n = 0; n < 10; n += 1) stream.write(Buffer.alloc(10_000));
    await body.cancel();
    expect(stream.destroyed).toBe(true);
    await turn();
  },
);

test('a reader that leaves while it waits for bytes is not waited for', async () => {
  const stream = new PassThrough();
  const reader = streamBody(stream).getReader();
  const read = reader.read();
  await turn();
  await reader.cancel();
  expect(await read).toMatchObject({ done: true });
  expect(stream.destroyed).toBe(true);
});

test('a stream that fails before it is read breaks the body off, and nothing else', async () => {
  const stream = new PassThrough();
  const body = streamBody(stream);
  stream.destroy(new Error('the disk is gone'));
  await turn();
  await expect(new Response(body).text()).rejects.toThrow('the disk is gone');
});
