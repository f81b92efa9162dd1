/** A stream of Node's as the body of an answer. */
import type { Readable } from 'node:stream';

/**
 * The stream's bytes, read as they are asked for; whoever leaves destroys it. Not `Readable.toWeb`: a stream that is
 * just flowing when its reader leaves throws there, where nobody can catch it, and ends the process.
 */
export function streamBody(stream: Readable): ReadableStream<Uint8Array> {
  // Whoever reads is told by the iterator; one that fails before anybody reads must not end the process.
  stream.on('error', () => undefined);
  const pieces: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const next = await pieces.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel() {
        stream.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
