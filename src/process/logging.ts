/** What a process says of itself: one JSON line each, with its role, and never a secret (A5, A9). */
import pino, { type DestinationStream, type Logger } from 'pino';

/** Fields that hold secrets wherever they stand. The code logs none of them; this is for the day when it does. */
const SECRETS = [
  ...['password', 'token', 'accessToken', 'refreshToken', 'ticket', 'apiKey', 'authorization', 'cookie'],
  ...['sealedKey', 'encryptionKey', 'jwtSecret'],
];

/** @param to absent: standard output */
export function createLog(role: string, level: string, to?: DestinationStream): Logger {
  const redact = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino({ level, base: { role, pid: process.pid }, redact }, to ?? pino.destination(1));
}
