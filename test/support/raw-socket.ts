/** A WebSocket that sends whatever a test wants, and tokens that nobody should trust. */
import { createHmac } from 'node:crypto';
import { WebSocket } from 'ws';
import { createArrivals, tail } from './arrivals.ts';

export type Frame = { type: string } & Record<string, unknown>;

export interface RawSocket {
  frames: Frame[];
  send(data: string | Buffer): void;
  /** The first frame, here or to come, that fits. @throws when the socket closes first, or in vain */
  frame(fits: (frame: Frame) => boolean, what?: string): Promise<Frame>;
  closed: Promise<{ code: number; reason: string }>;
  close(): void;
  /** Reads nothing more from the network. */
  pause(): void;
  resume(): void;
}

/** Opens a socket and says nothing; `onFrame` is told of each frame before whoever waits for it. */
export async function rawSocket(
  url: string,
  headers: Record<string, string> = {},
  onFrame: (frame: Frame) => void = () => {},
): Promise<RawSocket> {
  const ws = new WebSocket(url, { headers });
  const frames: Frame[] = [];
  const arrivals = createArrivals(() => tail(frames));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  void closed.then(({ code }) => arrivals.fail(new Error(`the socket closed with ${code}`)));
  ws.on('error', () => {}); // a close follows
  ws.on('message', (data) => {
    const frame = JSON.parse(String(data)) as Frame;
    frames.push(frame);
    onFrame(frame);
    arrivals.arrived();
  });
  await new Promise((resolve, reject) => ws.on('open', resolve).on('error', reject));
  return {
    frames,
    closed,
    send: (data) => ws.send(data),
    close: () => ws.close(),
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    frame(fits, what = 'a frame') {
      // A long log is looked through once, not once a frame.
      let from = 0;
      const search = () => {
        for (; from < frames.length; from += 1) {
          const frame = frames[from];
          if (frame !== undefined && fits(frame)) return frame;
        }
        return undefined;
      };
      return arrivals.first(search, what);
    },
  };
}

/** What a JWT says. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}

/** A JWT with any claims, signed with any secret and algorithm. */
export function signedAt(
  secret: string,
  claims: Record<string, unknown>,
  alg: 'HS256' | 'HS512' | 'none' = 'HS256',
): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg })}.${encode(claims)}`;
  if (alg === 'none') return `${signed}.`;
  return `${signed}.${createHmac(alg.replace('HS', 'sha'), secret).update(signed).digest('base64url')}`;
}
