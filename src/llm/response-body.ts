/** The two ways to read a model server's answer: event by event, or as a whole. */
import type { IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';

const EVENT_CHARACTERS = 32 * 1024 * 1024;

/**
 * Reads a server-sent event stream: `onData` gets each event's data; then `onOver` is called once, with why,
 * when the stream has ended or the connection is gone. Invalid UTF-8 becomes U+FFFD (P10).
 */
export function readEvents(
  response: IncomingMessage,
  onData: (data: string) => void,
  onOver: (why: string) => void,
): void {
  const decoder = new TextDecoder();
  let why = 'the stream ended early';
  let isOver = false;
  const parser = createParser({
    maxBufferSize: EVENT_CHARACTERS,
    onEvent: (event) => onData(event.data),
    onError: (error) => {
      // An unknown field is no reason to end; a parser whose buffer is full throws at the next feed.
      if (error.type !== 'max-buffer-size-exceeded') return;
      parser.reset();
      response.destroy(error);
    },
  });
  function over(): void {
    if (isOver) return;
    isOver = true;
    // A last event without its blank line is still an event; one cut in the middle is not JSON.
    parser.feed(`${decoder.decode()}\n\n`);
    onOver(why);
  }
  response.on('data', (bytes: Buffer) => parser.feed(decoder.decode(bytes, { stream: true })));
  response.on('end', over);
  response.on('error', (error) => {
    why = String(error);
  });
  response.on('close', over);
}

/** Hands over the body as text, its first `limit` bytes, once it has ended or broken off. */
export function readWhole(response: IncomingMessage, limit: number, onText: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    if (size < limit) chunks.push(chunk);
    size += chunk.length;
    if (size >= limit) response.destroy();
  });
  // What came before a broken connection is what there is: `close` follows.
  response.on('error', () => undefined);
  response.on('close', () => onText(Buffer.concat(chunks).toString('utf8', 0, limit)));
}
