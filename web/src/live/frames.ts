/** What the page sends over the socket; what it gets is the protocol's `ServerFrame` (src/protocol/frames.ts). */
import type { Delivery } from '../../../src/domain/messages.ts';
import type { PROTOCOL_VERSION } from '../../../src/protocol/socket.ts';

export interface MessageFrame {
  type: 'message';
  id: string;
  text: string;
  delivery: Delivery;
  /** Paths in the workspace. */
  attachments?: string[];
}

export type ClientFrame =
  | { type: 'auth'; token: string; after?: number; protocol: typeof PROTOCOL_VERSION }
  | MessageFrame
  | { type: 'answer'; ask: string; text: string }
  | { type: 'stop'; turn: number }
  | { type: 'ping' };

/** A frame's size on the wire. */
export function frameBytes(frame: ClientFrame): number {
  return new TextEncoder().encode(JSON.stringify(frame)).length;
}
