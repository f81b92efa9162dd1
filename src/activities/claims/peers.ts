/**
 * Which of the live workers starts something eagerly when all of them are notified: each reckons the same one, without
 * asking.
 */
import { createHash } from 'node:crypto';

export interface Peers {
  /** The workers that are registered now, and which of them this one is. */
  known(workerIds: string[], self: string): void;
  /** Whether this worker is the one for that Work; each is, before it knows of others. */
  isMine(workId: string): boolean;
}

/** Rendezvous hashing: a worker that comes or goes changes no other worker's share. */
export function createPeers(): Peers {
  let others: string[] = [];
  let self = '';
  const weight = (workId: string, id: string) => createHash('sha1').update(`${workId} ${id}`).digest('hex');
  return {
    known(workerIds, own) {
      self = own;
      others = workerIds.filter((id) => id !== own);
    },
    isMine(workId) {
      if (others.length === 0) return true;
      const mine = weight(workId, self);
      return others.every((id) => weight(workId, id) < mine);
    },
  };
}
