/**
 * What is appended to the logs that somebody follows, as it is committed. One session LISTENs for the whole
 * process and reads on the same connection: one statement at a time takes the new rows of every Work that was
 * told of since the one before it. So a lone token is read at once, and many streams and viewers share reads.
 */
import { forEverybody } from '../../db/askers.ts';
import { openSession, type SessionConnection } from '../../db/listener.ts';
import { LOG_FRAME, type LogFrame } from '../../db/log-rows.ts';
import type { SessionNews } from '../auth/open-sessions.ts';
import type { Log } from '../log.ts';
import { createFeed, type Feed, type Follower } from './feed.ts';

/** Rows of one Work that one read takes: one Work's flood does not hold the others back for long. */
const ROWS_PER_WORK = 500;

const READ = {
  name: 'live-log',
  text: `
    select f.work, e.* from unnest($1::uuid[], $2::bigint[]) f (work, after)
    cross join lateral (
      select ${LOG_FRAME}, extract(epoch from pa_now() - at)::float8 as lag
      from events where work_id = f.work and seq > f.after order by seq limit ${ROWS_PER_WORK}
    ) e
    order by f.work, e.seq`,
};

export interface LiveLog {
  /**
   * Follows a Work's log from where it stood at `lastSeq`, or where the feed is that others follow already.
   * The follower is told of what comes after that.
   */
  follow(workId: string, lastSeq: number, join: (feed: Feed) => Follower): Following;
  /** Whether notifications arrive at present. */
  readonly connected: boolean;
  readonly counts: { readonly reads: number; readonly frames: number; readonly followers: number };
  close(): Promise<void>;
}

export interface Following {
  leave(): void;
}

/** Opens the one session. Resolves when it listens; later interruptions are caught up on. */
export async function openLiveLog({
  databaseUrl,
  log,
  sessions,
  onLag,
}: {
  databaseUrl: string;
  log: Log;
  /** Is told of people's sessions that end, by the same connection. */
  sessions: SessionNews;
  /** Is told with each read how long its oldest row had waited, in seconds. */
  onLag: (seconds: number) => void;
}): Promise<LiveLog> {
  const feeds = new Map<string, Feed>();
  const dirty = new Set<Feed>();
  const counts = { reads: 0, frames: 0, followers: 0 };
  let client: SessionConnection | undefined;
  let reading: Promise<void> | undefined;

  async function drain(from: SessionConnection): Promise<void> {
    while (dirty.size > 0) {
      const asked = [...dirty];
      dirty.clear();
      try {
        await readInto(from, asked);
      } catch (error) {
        for (const feed of asked) dirty.add(feed);
        throw error;
      }
    }
  }

  async function readInto(from: SessionConnection, asked: Feed[]): Promise<void> {
    counts.reads += 1;
    const values = [asked.map((feed) => feed.workId), asked.map((feed) => feed.last)];
    const { rows } = await from.query<LogFrame & { work: string; lag: number }>(READ, values);
    counts.frames += rows.length;
    if (rows.length > 0) onLag(rows.reduce((longest, { lag }) => Math.max(longest, lag), 0));
    // The feeds of the query, not those of now: a Work that was left and followed again meanwhile has another feed.
    const byWork = new Map(asked.map((feed) => [feed.workId, feed]));
    for (let start = 0, end = 0; start < rows.length; start = end) {
      const workId = rows[start]?.work ?? '';
      while (rows[end]?.work === workId) end += 1;
      const feed = byWork.get(workId);
      if (feed === undefined) continue;
      if (end - start === ROWS_PER_WORK && feeds.get(workId) === feed) dirty.add(feed);
      feed.push(rows.slice(start, end));
    }
  }

  function read(): void {
    const from = client;
    if (reading || from === undefined) return;
    // Whoever asked first: what it brings is for all who follow.
    reading = forEverybody(() => drain(from)).then(
      () => {
        reading = undefined;
      },
      (error: Error) => {
        reading = undefined;
        if (client === from) client = undefined;
        log.warn({ err: error }, 'reading the log failed; the session is opened again');
        from.drop(error);
      },
    );
  }

  /** Those who follow a Work that was deleted while nobody told us. */
  async function tellOfDeleted(from: SessionConnection): Promise<void> {
    const ids = [...feeds.keys()];
    if (ids.length === 0) return;
    const { rows } = await from.query<{ id: string }>(
      'select id from works where id = any($1::uuid[]) and deleted_at is null',
      [ids],
    );
    const there = new Set(rows.map((row) => row.id));
    for (const id of ids) if (!there.has(id)) tellGone(id);
  }

  function tellGone(workId: string): void {
    for (const follower of feeds.get(workId)?.followers ?? []) follower.onGone();
  }

  const session = await openSession({
    url: databaseUrl,
    name: 'paperagent-live',
    channels: ['pa_log', 'pa_gone', 'pa_session_ended'],
    async onConnect(connected) {
      await reading;
      for (const feed of feeds.values()) dirty.add(feed);
      reading = drain(connected);
      try {
        await reading;
      } finally {
        reading = undefined;
      }
      await tellOfDeleted(connected);
      await sessions.heard();
      client = connected;
      read();
    },
    onNotification(channel, payload) {
      if (channel === 'pa_gone') {
        tellGone(payload);
        return;
      }
      if (channel === 'pa_session_ended') {
        sessions.ended(payload);
        return;
      }
      const [workId = '', seq] = payload.split(':');
      const feed = feeds.get(workId);
      if (feed === undefined || Number(seq) <= feed.last) return;
      dirty.add(feed);
      // After the other notifications that came with this one: what was committed together is read together.
      queueMicrotask(read);
    },
    onBroken(error) {
      client = undefined;
      sessions.lost();
      log.warn({ err: error }, 'the live session broke; connecting again');
    },
  });

  return {
    counts,
    get connected() {
      return client !== undefined;
    },
    follow(workId, lastSeq, join) {
      let feed = feeds.get(workId);
      if (feed === undefined) {
        feed = createFeed(workId, lastSeq);
        feeds.set(workId, feed);
        // What was appended since `lastSeq` was read may have been told before anyone listened for it here.
        dirty.add(feed);
        read();
      }
      const followed = feed;
      const follower = join(followed);
      followed.followers.add(follower);
      counts.followers += 1;
      follower.onAdvance();
      return {
        leave() {
          if (!followed.followers.delete(follower)) return;
          counts.followers -= 1;
          if (followed.followers.size > 0 || feeds.get(workId) !== followed) return;
          feeds.delete(workId);
          dirty.delete(followed);
        },
      };
    },
    async close() {
      client = undefined;
      await session.close();
    },
  };
}
