/** Which pages may open a socket: ours. A program that is no browser sends no Origin (A4). */

/** Whether a request with this Origin header may open a socket at `host` (the Host header). */
export function isAllowedOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host?.toLowerCase();
  } catch {
    return false;
  }
}
