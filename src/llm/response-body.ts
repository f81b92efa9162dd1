/** The two ways to read a model server's answer: event by event, or as a whole; both bounded (SR-H7). */
import type { IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';

/** UTF-16 code units of one event. The longest real ones carry a whole call's arguments. */
const EVENT_CHARACTERS = 1024 * 1024;
/** Bytes of a stream: the most that an answer may hold, in pieces of a token each with all that is around them. */
const STREAM_BYTES = 128 * 1024 * 1024;

export interface EventReader {
  /** Gets each event's data. */
  onData(data: string): void;
  /** Called with each piece of the stream, whatever is in it: the server lives. */
  onLife(): void;
  /** Called once, with why, when the stream has ended or the connection is gone. */
  onOver(why: string): void;
}

/**
 * Reads an answer's body: as a server-sent event stream where it begins like one, whatever its label says (M14), else
 * as a whole of at most `limit` bytes, which `onWhole` gets. Invalid UTF-8 becomes U+FFFD (P10).
 */
export function readAnswer(
  response: IncomingMessage,
  reader: EventReader,
  { limit, onWhole }: { limit: number; onWhole: (text: string) => void },
): void {
  let kind: 'events' | 'whole' | undefined;
  let begun = '';
  const events = eventFeed(response, reader);
  const whole: Buffer[] = [];
  let received = 0;
  let why = 'the stream ended early';
  let isOver = false;

  function over(): void {
    if (isOver) return;
    isOver = true;
    if (kind === 'whole') onWhole(Buffer.concat(whole).toString('utf8', 0, limit));
    else {
      events.end();
      reader.onOver(why);
    }
  }
  response.on('data', (bytes: Buffer) => {
    received += bytes.length;
    if (received > (kind === 'whole' ? limit : STREAM_BYTES)) {
      response.destroy(new Error('the answer does not end'));
      return;
    }
    reader.onLife();
    if (kind === undefined) {
      begun = `${begun}${bytes.toString('latin1', 0, 1024)}`.trimStart();
      if (begun !== '') kind = /^[{[]/.test(begun) ? 'whole' : 'events';
    }
    if (kind === 'whole') whole.push(bytes);
    else events.feed(bytes);
  });
  response.on('end', over);
  response.on('error', (error) => {
    why = String(error);
  });
  response.on('close', over);
}

function eventFeed(response: IncomingMessage, { onData }: EventReader) {
  const decoder = new TextDecoder();
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
  return {
    feed: (bytes: Buffer) => parser.feed(decoder.decode(bytes, { stream: true })),
    // A last event without its blank line is still an event; one cut in the middle is not JSON.
    end: () => parser.feed(`${decoder.decode()}\n\n`),
  };
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
