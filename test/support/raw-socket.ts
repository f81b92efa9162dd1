/** A WebSocket that sends whatever a test wants, and tokens that nobody should trust. */
import { createHmac } from 'node:crypto';
import { WebSocket } from 'ws';

export interface RawSocket {
  frames: ({ type: string } & Record<string, unknown>)[];
  send(data: string | Buffer): void;
  /** The first frame that fits, here or to come; rejects when the socket closes first. */
  frame(fits: (frame: RawSocket['frames'][number]) => boolean): Promise<RawSocket['frames'][number]>;
  closed: Promise<{ code: number; reason: string }>;
  close(): void;
  /** Reads nothing more from the network. */
  pause(): void;
  resume(): void;
}

/** Opens a socket and says nothing. */
export async function rawSocket(url: string, headers: Record<string, string> = {}): Promise<RawSocket> {
  const ws = new WebSocket(url, { headers });
  const frames: RawSocket['frames'] = [];
  let look: (() => void)[] = [];
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  ws.on('error', () => {}); // a close follows
  ws.on('message', (data) => {
    frames.push(JSON.parse(String(data)));
    const waiting = look;
    look = [];
    for (const again of waiting) again();
  });
  await new Promise((resolve, reject) => ws.on('open', resolve).on('error', reject));
  return {
    frames,
    closed,
    send: (data) => ws.send(data),
    close: () => ws.close(),
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    frame: (fits) =>
      new Promise((resolve, reject) => {
        void closed.then(({ code }) => reject(new Error(`the socket closed with ${code}`)));
        const again = () => {
          const found = frames.find(fits);
          if (found) resolve(found);
          else look.push(again);
        };
        again();
      }),
  };
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
