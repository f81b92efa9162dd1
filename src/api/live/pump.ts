/**
 * Moves one viewer along the log. The viewer pulls: it has its own cursor and takes what follows it from the
 * feed's held frames, or from the database where those begin later. So nothing is missing and nothing comes
 * twice, however viewers, reconnections and notifications interleave (P2).
 */
import type { LogFrame } from '../../db/log-rows.ts';
import { persist } from '../../db/unavailable.ts';
import type { Feed, Follower } from './feed.ts';

/** Where frames go. */
export interface Sink {
  /**
   * Sends frames, in order. A promise means that the reader is behind: send no more until it resolves. One that stays
   * behind is given up by whoever holds the connection (progress.ts), which stops the pump.
   */
  send(frames: readonly LogFrame[]): Promise<void> | undefined;
}

/** What follows the cursor is no longer in the log: the viewer must begin again from a snapshot. */
export class GapInLog extends Error {
  override name = 'GapInLog';
}

/** Frames sent in one go: bounds what a reader that stops reading makes us hold. */
const SLICE = 256;
/** Frames read from the database at a time. */
const PAGE = 2_000;

export interface Pump extends Follower {
  stop(): void;
}

export interface PumpOptions {
  feed: Feed;
  /** The last seq that the viewer has. */
  cursor: number;
  sink: Sink;
  readPage: (after: number, limit: number) => Promise<LogFrame[]>;
  /** The Work was deleted. */
  onGone: () => void;
  /** The pump ended: GapInLog, or what reading threw. */
  onFailure: (error: unknown) => void;
}

/** Makes a pump; it moves on the first `onAdvance`. */
export function createPump({ feed, cursor, sink, readPage, onGone, onFailure }: PumpOptions): Pump {
  const stopping = new AbortController();
  const stopped = stopping.signal;
  let moving = false;

  async function send(frames: readonly LogFrame[]): Promise<void> {
    for (let from = 0; from < frames.length && !stopped.aborted; from += SLICE) {
      const slice = frames.slice(from, from + SLICE);
      for (const frame of slice) {
        if (frame.seq !== cursor + 1) throw new GapInLog(`event ${cursor + 1} is gone`);
        cursor = frame.seq;
      }
      const behind = sink.send(slice);
      if (behind) await behind;
    }
  }

  /** From the cursor to the end of the log; each page is read while the one before it is sent. */
  async function catchUp(): Promise<void> {
    const read = (after: number) => persist(() => readPage(after, PAGE), stopped);
    let page = await read(cursor);
    if (page.length === 0) throw new GapInLog(`event ${cursor + 1} is gone`);
    while (page.length > 0 && !stopped.aborted) {
      const last = page.at(-1);
      const more = last && page.length === PAGE ? read(last.seq) : [];
      [page] = await Promise.all([more, send(page)]);
    }
  }

  async function move(): Promise<void> {
    while (cursor < feed.last && !stopped.aborted) {
      const held = feed.after(cursor, SLICE);
      // Up to the first await this runs without a pause: a lone token reaches the socket at once.
      await (held === undefined ? catchUp() : send(held));
    }
  }

  function onAdvance(): void {
    if (moving || stopped.aborted || cursor >= feed.last) return;
    moving = true;
    move().then(
      () => {
        moving = false;
        onAdvance();
      },
      (error: unknown) => {
        if (stopped.aborted) return;
        stopping.abort();
        onFailure(error);
      },
    );
  }

  return {
    onAdvance,
    onGone() {
      if (!stopped.aborted) onGone();
    },
    stop() {
      stopping.abort();
    },
  };
}
