/** Server-sent events that are made while they are read: of interfaces that translate the log. */

/** Bytes that may wait for the reader before the next piece is asked for. */
const MOST_WAITING = 65_536;

/**
 * A body of the pieces, each asked for once the reader has room; a comment goes where nothing else does for
 * `commentMs`, so that nobody between takes silence for death. `onCancel` is called when the reader goes away.
 */
export function textStream(
  pieces: AsyncIterable<string>,
  { commentMs, onCancel }: { commentMs: number; onCancel: () => void },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let room = Promise.withResolvers<void>();
  let comments: NodeJS.Timeout | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const put = (text: string) => controller.enqueue(encoder.encode(text));
        comments = setInterval(() => {
          if ((controller.desiredSize ?? 0) > 0) put(': still here\n\n');
        }, commentMs);
        const send = async () => {
          for await (const piece of pieces) {
            put(piece);
            if ((controller.desiredSize ?? 0) <= 0) await room.promise;
          }
        };
        send()
          .then(
            () => controller.close(),
            (error: unknown) => controller.error(error),
          )
          .catch(() => undefined) // closed by the reader already
          .finally(() => clearInterval(comments));
      },
      pull() {
        room.resolve();
        room = Promise.withResolvers<void>();
      },
      cancel() {
        clearInterval(comments);
        onCancel();
        room.resolve();
      },
    },
    { highWaterMark: MOST_WAITING, size: (chunk) => chunk?.byteLength ?? 0 },
  );
}
