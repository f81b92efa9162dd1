/**
 * A server for MCP over Streamable HTTP (I5), version 2026-07-28, and for clients of 2025: each request by itself, with
 * nothing kept between two of them, so that any api process serves it.
 */
import type { Context } from 'hono';
import { isTooNested, TOO_NESTED } from '../../domain/json-nesting.ts';
import { ERRORS } from '../../protocol/errors.ts';
import { MAX_HISTORY_BYTES } from '../../protocol/limits.ts';
import { ApiError, toldOf } from '../api-error.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { limitTo } from '../middleware/limit-body.ts';
import { requireUser } from '../middleware/require-user.ts';
import { bearer } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';
import type { McpSdk } from './elicitation.ts';
import { createToolServer } from './tools.ts';

/** JSON-RPC's number for what a server refuses on its own account. */
const SERVER_ERROR = -32_000;
const INVALID_REQUEST = -32_600;

export function mcpRoutes(deps: ApiDependencies): Router {
  const app = createRouter();
  app.onError((error, c) => answerRpcError(c, error));
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/',
    tags: ['MCP'],
    security: bearer,
    description: 'JSON-RPC of the Model Context Protocol: docs/clients.md lists the tools.',
    responses: {
      200: { description: 'a result, or an error of JSON-RPC' },
      401: { description: 'no valid key' },
      429: { description: 'too many; see Retry-After' },
    },
  });
  // Which tools a key may call is looked at by each (tools.ts): all of them come by POST.
  app.use(requireUser(deps.tokens, 'read'), limitTo(MAX_HISTORY_BYTES));

  app.all('/', async (c) => {
    const text = c.req.method === 'POST' ? await c.req.text() : '';
    if (isTooNested(text)) throw new ApiError('bad_request', TOO_NESTED);
    const { url, method, headers, signal } = c.req.raw;
    const request = new Request(url, { method, headers, signal, ...(text === '' ? {} : { body: text }) });
    const sdk = await loadSdk();
    const handler = sdk.createMcpHandler(() => createToolServer(sdk, deps, c), {
      onerror: (error) => c.get('log').debug({ err: error }, 'a request of an MCP client was refused'),
    });
    return await handler.fetch(request);
  });

  return app;
}

let loaded: Promise<McpSdk> | undefined;

/** It takes 14 MB and a quarter of a second, which an api that no such client asks does not need. */
function loadSdk(): Promise<McpSdk> {
  loaded ??= import('@modelcontextprotocol/server');
  return loaded;
}

function answerRpcError(c: Context<ApiEnv>, error: unknown): Response {
  const { code, message, retryAfter } = toldOf(c, error);
  const { status } = ERRORS[code];
  if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter));
  if (status === 401) c.header('WWW-Authenticate', 'Bearer');
  const number = status === 400 || status === 413 ? INVALID_REQUEST : SERVER_ERROR;
  return c.json({ jsonrpc: '2.0', id: null, error: { code: number, message } }, status);
}
