/** The whole API as one Hono app: what each address leads to, and what every request passes on its way. */
import type { Hono, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { isTooNested, TOO_NESTED } from '../domain/json-nesting.ts';
import { MAX_FRAME_BYTES } from '../protocol/limits.ts';
import { ApiError, onError, onNotFound } from './api-error.ts';
import { requireUser } from './auth/require-user.ts';
import { socketRoutes } from './chat-socket/route.ts';
import type { ApiDependencies, ApiEnv } from './dependencies.ts';
import { dropHeadBodies } from './drop-head-bodies.ts';
import { refuseBadFilePaths } from './files-path.ts';
import { giveUpStuck } from './give-up-stuck.ts';
import { measureRequests } from './metrics/measure-requests.ts';
import { refuseOtherHosts } from './own-host.ts';
import { requestContext } from './request-context.ts';
import { createRouter } from './router.ts';
import { accountRoutes } from './routes/account.ts';
import { authRoutes } from './routes/auth.ts';
import { conversationRoutes } from './routes/conversation.ts';
import { docsRoutes } from './routes/docs.ts';
import { eventRoutes, ticketOrUser } from './routes/events.ts';
import { exportRoutes } from './routes/exports.ts';
import { fileRoutes } from './routes/files.ts';
import { historyRoutes } from './routes/history.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { revisionRoutes } from './routes/revisions.ts';
import { healthRoutes, metaRoutes } from './routes/server.ts';
import { templateRoutes } from './routes/templates.ts';
import { workRoutes } from './routes/works.ts';
import { securityHeaders } from './security-headers.ts';
import { settleBody } from './settle-body.ts';
import { staticSite } from './static-site.ts';
import { traceRequests } from './trace-requests.ts';

/** The largest JSON body; a message may have as much as a frame. */
const MAX_JSON_BYTES = 1024 * 1024;

/** Builds the app. Nothing runs until it is served; tests may call `app.request`. */
export function createApp(deps: ApiDependencies): Hono<ApiEnv> {
  const app = createRouter();
  app.use(
    giveUpStuck(deps.config.readerPatienceMs),
    settleBody,
    dropHeadBodies,
    measureRequests(deps.metrics),
    requestContext(deps.log),
    securityHeaders,
    refuseOtherHosts(deps.config.isOwnHost),
    refuseBadFilePaths,
  );
  if (deps.tracer) app.use(traceRequests(deps.tracer));
  app.onError(onError);
  app.notFound(onNotFound);

  app.use('/api/*', limitBody);

  app.route('/api/chat/ws', socketRoutes(deps));
  app.use('/api/auth/*', limitNesting);
  app.route('/api/auth', authRoutes(deps));
  app.route('/api/auth', accountRoutes(deps));
  app.route('/health', healthRoutes(deps));
  app.route('/metrics', metricsRoutes(deps));

  const needsUser = requireUser(deps.tokens);
  app.use('/api/works/:id/events', ticketOrUser(deps.tokens));
  app.route('/api/works', eventRoutes(deps));
  for (const path of [
    '/api/works',
    '/api/works/*',
    '/api/chat/work/*',
    '/api/templates',
    '/api/templates/*',
    '/api/models',
    '/api/models/*',
  ]) {
    app.use(path, needsUser);
  }
  app.use('/api/*', limitNesting);
  app.route('/api/works', workRoutes(deps));
  app.route('/api/works', conversationRoutes(deps));
  app.route('/api/works', revisionRoutes(deps));
  app.route('/api/works', fileRoutes(deps));
  app.route('/api/works', exportRoutes(deps));
  app.route('/api/chat', historyRoutes(deps));
  app.route('/api/templates', templateRoutes(deps));
  app.route('/api/models', modelRoutes(deps));
  app.use('/api/meta', needsUser);
  app.route('/api/meta', metaRoutes(deps));
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  app.route('/api', docsRoutes(app, deps.config));

  // Nothing under /api falls back to the page.
  app.all('/api/*', (c) => onNotFound(c));
  app.route('/', staticSite(deps.config.webDir));
  return app;
}

/** Files are bounded one by one where they are stored; everything else here. */
const limitBody: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (isFile(c.req.path)) return await next();
  return await (isPartOfWork(c.req.path, 'messages') ? limitMessage : limitJson)(c, next);
};

function isFile(path: string): boolean {
  return isPartOfWork(path, 'files');
}

function isPartOfWork(path: string, part: 'files' | 'messages'): boolean {
  return /^\/api\/works\/[^/]+\/(\w+)(?:\/|$)/.exec(path)?.[1] === part;
}

const limitMessage = limitTo(MAX_FRAME_BYTES);
const limitJson = limitTo(MAX_JSON_BYTES);

/** Behind the check of the token: nobody's body is waited for before they are known to be somebody. */
const limitNesting: MiddlewareHandler<ApiEnv> = async (c, next) => {
  // What is read as JSON: Hono's validator parses no other body.
  if (
    /json/i.test(c.req.header('Content-Type') ?? '') &&
    !isFile(c.req.path) &&
    isTooNested(await c.req.text())
  )
    throw new ApiError('bad_request', TOO_NESTED);
  await next();
};

function limitTo(maxSize: number): MiddlewareHandler<ApiEnv> {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new ApiError('too_large', `The body may have at most ${maxSize} bytes.`);
    },
  });
}
