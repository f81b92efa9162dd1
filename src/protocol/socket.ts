/**
 * What both ends of a socket agree on besides its frames (docs/protocol.md). As limits.ts, for the page as well: nothing is
 * imported here.
 */

export const PROTOCOL_VERSION = 1;

/** How many messages a snapshot holds at most. */
export const SNAPSHOT_MESSAGES = 200;

/** Why the server closes a socket, by the code that it closes it with. */
export const CLOSE = {
  goingAway: 1001,
  tooSlow: 1013,
  badFirstFrame: 4400,
  unauthorized: 4401,
  noSuchWork: 4404,
  noAuthInTime: 4408,
  frameTooLarge: 4413,
  tooManyMessages: 4429,
  tooManyWithKey: 4429,
  tooManyOfPerson: 4429,
  tooManyOfNetwork: 4429,
} as const;
