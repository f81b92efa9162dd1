/** Tells a Work's log that one of its agents waits for a place, so that a person sees why nothing moves. */
import type { EventStream } from '../../db/event-writer.ts';
import { PLACE } from '../../domain/events.ts';
import type { OnWaiting } from './places.ts';

/** @param agent whose attempt waits */
export function tellWaiting(stream: EventStream, agent: string): OnWaiting {
  return (waits) =>
    stream.push({
      kind: 'retrying',
      agent,
      ...(waits
        ? { what: PLACE.awaited, reason: 'Everything here is busy: this waits for a free place.' }
        : { what: PLACE.found, reason: 'A place is free: this goes on.' }),
      inMs: 0,
    });
}
