/** Messages between the worker and the program: JSON with bytes behind it. Neither side reads more than it allows. */
import type { Readable, Writable } from 'node:stream';

export interface Frame {
  message: unknown;
  attached: Buffer[];
}

const MOST_JSON_BYTES = 16 * 1024 ** 2;

/** Resolves when the other side may be sent more. */
export async function writeFrame(
  to: Writable,
  message: object,
  attached: readonly Uint8Array[] = [],
): Promise<void> {
  const json = Buffer.from(JSON.stringify({ message, sizes: attached.map(({ byteLength }) => byteLength) }));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(json.length);
  for (const piece of [head, json, ...attached]) {
    if (to.write(piece)) continue;
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: Error) => {
        to.off('drain', settle).off('close', settle).off('error', settle);
        if (error) reject(error);
        else resolve();
      };
      to.on('drain', settle).on('close', settle).on('error', settle);
    });
  }
}

/**
 * The frames that come, until the stream ends.
 * @param mostBytes of all that is attached to all of them
 * @throws Error when it says more, or ends within a frame
 */
export async function* readFrames(from: Readable, mostBytes: number): AsyncGenerator<Frame> {
  const reader = new ByteReader(from);
  let room = mostBytes;
  for (;;) {
    const head = await reader.take(4);
    if (head === null) return;
    const length = head.readUInt32BE();
    if (length > MOST_JSON_BYTES) throw new Error('a message is too long');
    const { message, sizes } = JSON.parse(String(await mustHave(reader, length))) as {
      message: unknown;
      sizes: number[];
    };
    const attached: Buffer[] = [];
    for (const size of sizes) {
      room -= size;
      if (room < 0) throw new Error('more bytes than are allowed');
      attached.push(await mustHave(reader, size));
    }
    yield { message, attached };
  }
}

async function mustHave(reader: ByteReader, size: number): Promise<Buffer> {
  const bytes = await reader.take(size);
  if (bytes === null) throw new Error('a message ends too early');
  return bytes;
}

class ByteReader {
  #pieces: AsyncIterator<Buffer>;
  #held: Buffer[] = [];
  #length = 0;

  constructor(from: Readable) {
    this.#pieces = from[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** null where the stream has ended before the first of them. @throws Error where it ends among them */
  async take(size: number): Promise<Buffer | null> {
    while (this.#length < size) {
      const { value, done } = await this.#pieces.next();
      if (done === true) {
        if (this.#length === 0) return null;
        throw new Error('a message ends too early');
      }
      this.#held.push(value);
      this.#length += value.length;
    }
    const all = this.#held.length === 1 ? (this.#held[0] as Buffer) : Buffer.concat(this.#held);
    this.#held = [all.subarray(size)];
    this.#length -= size;
    return all.subarray(0, size);
  }
}
