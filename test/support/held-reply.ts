/** An answer that a test holds in its middle. */
import { type Step, type StreamReply, say } from '../../src/demo-model/reply.ts';

/** Says `before`, waits for `until`, says `after`; without an `until` nothing more comes, whatever happens. */
export function heldReply(before: string, until?: Promise<unknown>, after = ''): StreamReply {
  return { kind: 'stream', steps: held(before, until ?? new Promise(() => {}), after) };
}

async function* held(before: string, until: Promise<unknown>, after: string): AsyncGenerator<Step> {
  yield* say(before);
  await until;
  yield* say(after);
}
