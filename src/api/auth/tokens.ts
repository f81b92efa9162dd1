/** Access tokens and tickets: JWTs of ours, signed with HS256 and nothing else (A1); and keys of programs (I1). */
import { createHash, createSecretKey, randomBytes } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Scope } from '../../domain/scopes.ts';
import type { OpenSessions } from './open-sessions.ts';

export const ACCESS_SECONDS = 15 * 60;
export const TICKET_SECONDS = 60;
export const REFRESH_SECONDS = 30 * 24 * 3_600;

const KEY_PREFIX = 'pa_';
/** What a key opens, such as a stream, ends once a day: whoever holds it comes back with its cursor. */
const KEY_STREAM_MS = 24 * 3_600_000;

const ISSUER = 'paperagent';
const ACCESS = 'paperagent-api';
const TICKET = 'paperagent-events';

/** Who speaks, and until when what they showed is good. */
export interface Identity {
  userId: string;
  /** Which of their sessions; a key is one of its own. */
  sessionId: string;
  /** What a key may do; undefined: a person is here, and may do all that is theirs. */
  scopes?: readonly Scope[];
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export interface Tokens {
  issueAccess(userId: string, sessionId: string): Promise<string>;
  /**
   * Undefined for anything but a token of ours that is still good, of a session that goes on, or a key.
   * @throws ApiError rate_limited: the key has been used too often of late
   */
  verifyAccess(token: string): Promise<Identity | undefined>;
  /** For an EventSource, which cannot send headers; the stream ends when `identity` does. */
  issueTicket(identity: Identity): Promise<string>;
  /** Who a ticket stands for, and until when the access token was good that it was got with. */
  verifyTicket(ticket: string): Promise<Identity | undefined>;
}

/** Whose key has this hash, and what it may do. @throws ApiError rate_limited */
export type FindKey = (hash: Buffer) => Promise<{ id: string; userId: string; scopes: Scope[] } | undefined>;

export function createTokens(
  secret: string,
  sessions: Pick<OpenSessions, 'goesOn'>,
  findKey: FindKey,
): Tokens {
  const key = createSecretKey(Buffer.from(secret, 'utf8'));

  async function issue(
    userId: string,
    audience: string,
    seconds: number,
    more: { sid: string; until?: number },
  ): Promise<string> {
    return await new SignJWT(more)
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(userId)
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${seconds}s`)
      .sign(key);
  }

  /** What a token of that kind says; undefined where it is not good, or its session has ended. */
  async function verify(token: string, audience: string) {
    const payload = await read(token, audience);
    if (payload === undefined || !(await sessions.goesOn(payload.sessionId))) return undefined;
    return payload;
  }

  async function read(token: string, audience: string) {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience,
        requiredClaims: ['sub', 'sid', 'exp'],
      });
      const { sub = '', sid, exp = 0, until } = payload;
      return { userId: sub, sessionId: String(sid), exp, until };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  return {
    issueAccess: (userId, sessionId) => issue(userId, ACCESS, ACCESS_SECONDS, { sid: sessionId }),
    async verifyAccess(token) {
      if (token.startsWith(KEY_PREFIX)) {
        const key = await findKey(hashOf(token));
        const expiresAt = Date.now() + KEY_STREAM_MS;
        return key && { userId: key.userId, sessionId: key.id, scopes: key.scopes, expiresAt };
      }
      const said = await verify(token, ACCESS);
      return said && { userId: said.userId, sessionId: said.sessionId, expiresAt: said.exp * 1_000 };
    },
    issueTicket: ({ userId, sessionId, expiresAt }) =>
      issue(userId, TICKET, TICKET_SECONDS, { sid: sessionId, until: expiresAt }),
    async verifyTicket(ticket) {
      const said = await verify(ticket, TICKET);
      return said && { userId: said.userId, sessionId: said.sessionId, expiresAt: Number(said.until) };
    },
  };
}

/** A key for a program: 256 random bits behind a prefix by which people and scanners of secrets know it. */
export function newApiKey(): { key: string; hash: Buffer } {
  const key = `${KEY_PREFIX}${randomBytes(32).toString('base64url')}`;
  return { key, hash: hashOf(key) };
}

/** A refresh token: 256 random bits that mean nothing, of which only the hash is stored. */
export function newRefreshToken(): { token: string; hash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashOf(token) };
}

/** The secret of a shared link: 256 random bits; of it only the hash is stored. */
export function newShareToken(): { token: string; hash: Buffer } {
  return newRefreshToken();
}

/** How what was given out is kept: its bits are random, so a fast hash tells nothing of them. */
export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
