/**
 * By which name a request came. A page may point its own name at this machine (DNS rebinding): to the browser what the
 * server then says is that page's, and the page would be a guest here, and this machine to /metrics (SR-L3).
 */
import type { MiddlewareHandler } from 'hono';
import { ApiError } from '../api-error.ts';
import type { ApiConfig, ApiEnv } from '../dependencies.ts';

/** Refuses requests whose Host is no name of this server's. A program that is no browser may send none. */
export function refuseOtherHosts(isOwnHost: ApiConfig['isOwnHost']): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const host = c.req.header('Host');
    if (isOwnHost !== undefined && host !== undefined && !isNamed(host, isOwnHost)) {
      // A socket's refusal has no body: then the log alone says why.
      c.get('log').warn({ host }, 'a request by a name that is not in ALLOWED_HOSTS was refused');
      throw new ApiError(
        'forbidden',
        'This server does not go by the name in this address. If it is yours, name it in ALLOWED_HOSTS; ' +
          'where a proxy stands before the server, set TRUST_PROXY.',
      );
    }
    await next();
  };
}

function isNamed(host: string, isOwnHost: NonNullable<ApiConfig['isOwnHost']>): boolean {
  const url = URL.parse(`http://${host}`);
  return url !== null && isOwnHost(url.hostname.replace(/^\[|\]$/g, ''), Number(url.port || 80));
}
