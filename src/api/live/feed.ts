/** The newest frames of one followed Work, held once for all who watch it. */
import type { LogFrame } from '../../db/log-rows.ts';

/** What a feed holds at most: as many frames, and as many UTF-16 code units (but always its newest frame). */
const MAX_FRAMES = 1_024;
const MAX_LENGTH = 262_144;

/** Whoever watches a feed. */
export interface Follower {
  /** The feed has new frames. Called synchronously: a lone token is on its way to the socket when it returns. */
  onAdvance(): void;
  /** The Work was deleted. */
  onGone(): void;
}

export interface Feed {
  readonly workId: string;
  /** The seq of the newest frame that was read. */
  readonly last: number;
  readonly followers: Set<Follower>;
  /** The frames after `cursor`, at most `limit`; undefined where the first of them is no longer held. */
  after(cursor: number, limit: number): LogFrame[] | undefined;
  /** Takes the next frames in. Where some are missing before one, what was held is dropped. */
  push(frames: readonly LogFrame[]): void;
}

/** Makes a feed that continues after `last`. */
export function createFeed(workId: string, last: number): Feed {
  const followers = new Set<Follower>();
  let held: LogFrame[] = [];
  let length = 0;

  function trim(): void {
    let drop = 0;
    while (drop < held.length - 1 && (held.length - drop > MAX_FRAMES || length > MAX_LENGTH)) {
      length -= held[drop]?.text.length ?? 0;
      drop += 1;
    }
    if (drop > 0) held.splice(0, drop);
  }

  return {
    workId,
    followers,
    get last() {
      return last;
    },
    after(cursor, limit) {
      const first = held[0];
      if (first === undefined || cursor + 1 < first.seq) return undefined;
      const from = cursor + 1 - first.seq;
      return held.slice(from, from + limit);
    },
    push(frames) {
      for (const frame of frames) {
        if (frame.seq !== last + 1) {
          held = [];
          length = 0;
        }
        held.push(frame);
        length += frame.text.length;
        last = frame.seq;
      }
      trim();
      for (const follower of followers) follower.onAdvance();
    },
  };
}
