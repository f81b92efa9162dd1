/** A shared link's stream of events: each event of the log as its reader gets it, in order, and none that is none of theirs. */
import type { Database } from '../../db/database.ts';
import type { LogFrame } from '../../db/log-rows.ts';
import { findMessage } from '../../db/messages.ts';
import { findCall } from '../../db/shares.ts';
import type { LogEvent } from '../../domain/events.ts';
import type { ToolArguments } from '../../domain/messages.ts';
import { type Shared, type SharedLookups, sharedEvent, sharedOfPaper } from '../../domain/shares.ts';
import type { Sink } from '../live/pump.ts';

/** Calls that one stream remembers: a run prints in hundreds of pieces. */
const MOST_CALLS = 100;

/** @param inner where the reader's frames go */
export function sharedSink(
  db: Database,
  { workId, what }: { workId: string; what: Shared },
  inner: Sink,
): Sink {
  const look = lookups(db, workId);

  async function translate(frame: LogFrame): Promise<LogFrame[]> {
    const event = JSON.parse(frame.text) as LogEvent;
    const shown = what === 'paper' ? sharedOfPaper(event) : await sharedEvent(event, look);
    if (shown === null) return [];
    return [{ seq: frame.seq, kind: shown.kind, text: JSON.stringify({ type: 'event', ...shown }) }];
  }

  return {
    async send(frames) {
      const shown: LogFrame[] = [];
      for (const frame of frames) shown.push(...(await translate(frame)));
      if (shown.length > 0) await inner.send(shown);
    },
  };
}

function lookups(db: Database, workId: string): SharedLookups {
  const calls = new Map<string, { name: string; arguments: ToolArguments }>();
  return {
    message: (id) => findMessage(db, workId, id),
    async call(id) {
      const known = calls.get(id);
      if (known !== undefined) return known;
      const found = await findCall(db, workId, id);
      if (found === undefined) return undefined;
      const call = { name: found.name, arguments: found.arguments as ToolArguments };
      calls.set(id, call);
      const [oldest] = calls.keys();
      if (calls.size > MOST_CALLS && oldest !== undefined) calls.delete(oldest);
      return call;
    },
  };
}
