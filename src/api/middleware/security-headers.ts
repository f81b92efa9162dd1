/** What every answer tells a browser (A7, A8). */
import type { MiddlewareHandler } from 'hono';

/** No inline scripts, nothing from elsewhere; styles are set from scripts by the component library. */
const PAGE_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'none'",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * A worker has the policy that its own script came with. pdf.js unpacks JPEG 2000 and JBIG2 by WebAssembly (W12), in its
 * worker alone: the page itself compiles none.
 */
const PDF_WORKER = /^\/assets\/pdf\.worker[^/]*\.mjs$/;
const PDF_WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";

/** What the API gives is data, also when it is opened as a page: a Work's files are anybody's words. */
const DATA_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

/** Whoever has the address of a shared page may read it: no index is to have it. */
const SHARED = /^\/(?:api\/shares|s)\//;

export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  const isApi = c.req.path.startsWith('/api/');
  if (SHARED.test(c.req.path)) {
    c.header('X-Robots-Tag', 'noindex, nofollow, noarchive');
    // A copy that a browser kept would outlive the link.
    c.header('Cache-Control', 'no-store');
  }
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'no-referrer');
  c.header('X-Frame-Options', 'DENY');
  c.header('Cross-Origin-Opener-Policy', 'same-origin');
  c.header('Cross-Origin-Resource-Policy', 'same-origin');
  c.header('Permissions-Policy', 'camera=(), microphone=(), geolocation=()');
  c.header('Content-Security-Policy', policyOf(c.req.path));
  if (isApi && !c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
};

function policyOf(path: string): string {
  if (path.startsWith('/api/')) return DATA_POLICY;
  return PDF_WORKER.test(path) ? PDF_WORKER_POLICY : PAGE_POLICY;
}
