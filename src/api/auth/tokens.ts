/** Access tokens and tickets: JWTs of ours, signed with HS256 and nothing else (A1). */
import { createHash, createSecretKey, randomBytes } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';

export const ACCESS_SECONDS = 15 * 60;
export const TICKET_SECONDS = 60;
export const REFRESH_SECONDS = 30 * 24 * 3_600;

const ISSUER = 'paperagent';
const ACCESS = 'paperagent-api';
const TICKET = 'paperagent-events';

/** Who speaks, and until when what they showed is good. */
export interface Identity {
  userId: string;
  /** Which of their sessions; null where the token does not say. */
  sessionId: string | null;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export interface Tokens {
  issueAccess(userId: string, sessionId: string): Promise<string>;
  /** Undefined for anything but a token of ours that is still good. */
  verifyAccess(token: string): Promise<Identity | undefined>;
  /** For an EventSource, which cannot send headers; the stream ends when `identity` does. */
  issueTicket(identity: Identity): Promise<string>;
  /** Who a ticket stands for, and until when the access token was good that it was got with. */
  verifyTicket(ticket: string): Promise<Identity | undefined>;
}

export function createTokens(secret: string): Tokens {
  const key = createSecretKey(Buffer.from(secret, 'utf8'));

  async function issue(
    userId: string,
    audience: string,
    seconds: number,
    more: { sid: string } | { until: number },
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

  async function verify(token: string, audience: string) {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience,
        requiredClaims: ['sub', 'exp'],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  return {
    issueAccess: (userId, sessionId) => issue(userId, ACCESS, ACCESS_SECONDS, { sid: sessionId }),
    async verifyAccess(token) {
      const payload = await verify(token, ACCESS);
      if (payload === undefined) return undefined;
      const sessionId = typeof payload.sid === 'string' ? payload.sid : null;
      return { userId: payload.sub ?? '', sessionId, expiresAt: (payload.exp ?? 0) * 1_000 };
    },
    issueTicket: ({ userId, expiresAt }) => issue(userId, TICKET, TICKET_SECONDS, { until: expiresAt }),
    async verifyTicket(ticket) {
      const payload = await verify(ticket, TICKET);
      return payload && { userId: payload.sub ?? '', sessionId: null, expiresAt: Number(payload.until) };
    },
  };
}

/** A refresh token: 256 random bits that mean nothing, of which only the hash is stored. */
export function newRefreshToken(): { token: string; hash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashRefreshToken(token) };
}

export function hashRefreshToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
