import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createPeers } from '../../../../src/activities/claims/peers.ts';

const ids = (count: number) => Array.from({ length: count }, () => randomUUID());

test('one worker of those that live starts eagerly for a Work, each has its share, and one alone has all', () => {
  const [workers, works] = [ids(4), ids(2_000)];
  const peers = workers.map(() => createPeers());
  for (const peer of peers) expect(works.every(peer.isMine)).toBe(true);
  for (const [index, peer] of peers.entries()) peer.known(workers, workers[index] ?? '');
  for (const work of works) expect(peers.filter((peer) => peer.isMine(work))).toHaveLength(1);
  for (const peer of peers) expect(works.filter(peer.isMine).length).toBeGreaterThan(works.length / 8);
  const before = works.filter((work) => peers[0]?.isMine(work));
  for (const [index, peer] of peers.slice(0, 3).entries())
    peer.known(workers.slice(0, 3), workers[index] ?? '');
  // Whoever goes leaves its share to the others, and theirs to them.
  for (const work of before) expect(peers[0]?.isMine(work)).toBe(true);
  for (const work of works) expect(peers.slice(0, 3).filter((peer) => peer.isMine(work))).toHaveLength(1);
});
