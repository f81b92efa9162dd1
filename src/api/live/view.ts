/** One person's view of a Work from where they left off: what both the WebSocket and SSE show. */
import type { Database } from '../../db/database.ts';
import { readFrames } from '../../db/log-rows.ts';
import { PAGE_BYTES } from '../../db/messages.ts';
import { readSnapshot, type Snapshot } from '../../db/snapshot.ts';
import { findExtent } from '../../db/works.ts';
import type { WorkStatus } from '../../domain/reducer.ts';
import { SNAPSHOT_MESSAGES } from '../../protocol/socket.ts';
import type { LiveLog } from './live-log.ts';
import { createPump, type Pump, type Sink } from './pump.ts';

export interface View {
  /** Where the log stood, and what the Work was doing, when the view was opened. */
  seq: number;
  status: WorkStatus;
  /** Where the viewer must begin anew: it has no cursor, or one that the log cannot serve (any more). */
  snapshot: Snapshot | undefined;
  /** Begins to send what follows. Gives what ends it. */
  start(sink: Sink, on: { gone: () => void; failure: (error: unknown) => void }): () => void;
}

/** Opens a view for the Work's owner; undefined where they have no such Work (A2). */
export async function openView(
  { db, live }: { db: Database; live: LiveLog },
  { workId, ownerId, after }: { workId: string; ownerId: string; after: number | undefined },
): Promise<View | undefined> {
  const extent = await findExtent(db, { workId, ownerId });
  if (extent === undefined) return undefined;
  const resumable = after !== undefined && after >= extent.prunedThrough && after <= extent.lastSeq;
  const snapshot = resumable ? undefined : await readSnapshot(db, workId, SNAPSHOT_MESSAGES, PAGE_BYTES);
  if (!resumable && snapshot === undefined) return undefined;
  const cursor = snapshot?.seq ?? after ?? 0;
  return {
    seq: extent.lastSeq,
    status: extent.status,
    snapshot,
    start(sink, on) {
      let pump: Pump | undefined;
      const following = live.follow(workId, extent.lastSeq, (feed) => {
        pump = createPump({
          feed,
          cursor,
          sink,
          readPage: (from, limit) => readFrames(db, workId, { after: from, limit }),
          onGone: on.gone,
          onFailure: on.failure,
        });
        return pump;
      });
      // A deletion that was told of before we followed is looked for once.
      findExtent(db, { workId, ownerId }).then((still) => {
        if (still === undefined) pump?.onGone();
      }, on.failure);
      return () => {
        pump?.stop();
        following.leave();
      };
    },
  };
}
