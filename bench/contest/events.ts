/** Server-sent events with the moment at which each came. */
import { createParser } from 'eventsource-parser';

export interface Arrived {
  at: number;
  event: string | undefined;
  data: string;
  id: string | undefined;
}

/** @throws where the answer is no success, or its connection breaks */
export async function* readEvents(response: Response): AsyncGenerator<Arrived> {
  if (!response.ok || response.body === null) {
    throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  }
  let arrived: Arrived[] = [];
  let at = 0;
  const parser = createParser({
    onEvent: ({ event, data, id }) => arrived.push({ at, event, data, id }),
  });
  const decoder = new TextDecoder();
  for await (const bytes of response.body) {
    at = performance.now();
    parser.feed(decoder.decode(bytes, { stream: true }));
    const now = arrived;
    arrived = [];
    yield* now;
  }
}
