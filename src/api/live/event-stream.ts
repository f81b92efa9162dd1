/** Server-sent events as a stream of bytes that knows when its reader is behind. */
import type { LogFrame } from '../../db/log-rows.ts';
import type { Sink } from './pump.ts';

/** Bytes that may wait for the reader before nothing more is given. */
const MOST_WAITING = 262_144;

export interface SseStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly sink: Sink;
  /** Sends one event; `id` is what the client comes back with. */
  write(event: { id?: number; event?: string; data: string }): void;
  /** A line that means nothing, so that those between do not take silence for death. */
  comment(): void;
  end(): void;
}

/** Makes a stream; `onCancel` is called when the reader goes away, or is given up. */
export function createSseStream(onCancel: () => void): SseStream {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let room = Promise.withResolvers<void>();
  let over = false;

  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      pull() {
        room.resolve();
        room = Promise.withResolvers<void>();
      },
      cancel() {
        over = true;
        room.resolve();
        onCancel();
      },
    },
    { highWaterMark: MOST_WAITING, size: (chunk) => chunk?.byteLength ?? 0 },
  );

  function put(text: string): void {
    if (!over) controller?.enqueue(encoder.encode(text));
  }

  return {
    body,
    sink: {
      send(frames: readonly LogFrame[]) {
        put(frames.map(({ seq, kind, text }) => `id: ${seq}\nevent: ${kind}\ndata: ${text}\n\n`).join(''));
        return !over && (controller?.desiredSize ?? 0) <= 0 ? room.promise : undefined;
      },
    },
    write({ id, event, data }) {
      put(`${id === undefined ? '' : `id: ${id}\n`}${event ? `event: ${event}\n` : ''}data: ${data}\n\n`);
    },
    comment: () => put(': still here\n\n'),
    end() {
      if (over) return;
      over = true;
      controller?.close();
    },
  };
}
