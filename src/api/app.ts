/** The whole API as one Hono app: what each address leads to, and what every request passes on its way. */
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { isTooNested, TOO_NESTED } from '../domain/json-nesting.ts';
import { MAX_FRAME_BYTES } from '../protocol/limits.ts';
import { MOST_SENT_BYTES } from '../skills/pack.ts';
import { agUiRoutes } from './ag-ui/routes.ts';
import { aiSdkRoutes } from './ai-sdk/routes.ts';
import { ApiError, onError, onNotFound } from './api-error.ts';
import { accountRoutes } from './auth/account-routes.ts';
import { keyRoutes } from './auth/key-routes.ts';
import { providerRoutes } from './auth/provider-routes.ts';
import { authRoutes } from './auth/routes.ts';
import { socketRoutes } from './chat-socket/routes.ts';
import { askRoutes } from './conversation/ask-routes.ts';
import { historyRoutes } from './conversation/history-routes.ts';
import { planRoutes } from './conversation/plan-routes.ts';
import { reviewRoutes } from './conversation/review-routes.ts';
import { revisionRoutes } from './conversation/revision-routes.ts';
import { conversationRoutes } from './conversation/routes.ts';
import type { ApiDependencies, ApiEnv } from './dependencies.ts';
import { exportRoutes, exportStyleRoutes } from './exports/routes.ts';
import { refuseBadFilePaths } from './files/files-path.ts';
import { fileRoutes } from './files/routes.ts';
import { eventRoutes, ticketOrUser } from './live/routes.ts';
import { mcpRoutes } from './mcp/routes.ts';
import { metricsRoutes } from './metrics/routes.ts';
import { dropHeadBodies } from './middleware/drop-head-bodies.ts';
import { giveUpStuck } from './middleware/give-up-stuck.ts';
import { limitTo } from './middleware/limit-body.ts';
import { measureRequests } from './middleware/measure-requests.ts';
import { refuseOtherHosts } from './middleware/own-host.ts';
import { requestContext } from './middleware/request-context.ts';
import { requireUser } from './middleware/require-user.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { settleBody } from './middleware/settle-body.ts';
import { traceRequests } from './middleware/trace-requests.ts';
import { modelRoutes } from './models/routes.ts';
import { openAIRoutes } from './openai/routes.ts';
import { checkRoutes } from './provenance/check-routes.ts';
import { createOwnPapers } from './provenance/own-papers.ts';
import { referenceRoutes } from './provenance/reference-routes.ts';
import { provenanceRoutes } from './provenance/routes.ts';
import { createRouter } from './router.ts';
import { runRoutes } from './runs/routes.ts';
import { scheduleRoutes } from './schedules/routes.ts';
import { searchRoutes } from './search/routes.ts';
import { docsRoutes } from './server/docs-routes.ts';
import { healthRoutes, metaRoutes } from './server/routes.ts';
import { staticSite } from './server/static-site.ts';
import { ownShareRoutes } from './shares/own-routes.ts';
import { sharedRoutes } from './shares/routes.ts';
import { skillRoutes } from './skills/routes.ts';
import { templateRoutes } from './templates/routes.ts';
import { toolServerRoutes } from './tool-servers/routes.ts';
import { verifyRoutes } from './verify/routes.ts';
import { versionRoutes } from './versions/routes.ts';
import { webhookRoutes } from './webhooks/routes.ts';
import { workRoutes } from './works/routes.ts';

/** The largest JSON body; a message may have as much as a frame. */
const MAX_JSON_BYTES = 1024 * 1024;

/** Builds the app. Nothing runs until it is served; tests may call `app.request`. */
export function createApp(deps: ApiDependencies): Hono<ApiEnv> {
  const app = createRouter();
  app.use(
    giveUpStuck(deps.readers),
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
  app.route('/api/auth', keyRoutes(deps));
  app.route('/api/auth', providerRoutes(deps));
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
    '/api/tool-servers',
    '/api/tool-servers/*',
    '/api/skills',
    '/api/skills/*',
    '/api/webhooks',
    '/api/webhooks/*',
    '/api/export-styles',
    '/api/search',
  ]) {
    app.use(path, needsUser);
  }
  app.use('/api/*', limitNesting);
  app.route('/api/works', workRoutes(deps));
  app.route('/api/works', conversationRoutes(deps));
  app.route('/api/works', revisionRoutes(deps));
  app.route('/api/works', askRoutes(deps));
  app.route('/api/works', planRoutes(deps));
  app.route('/api/works', ownShareRoutes(deps));
  app.route('/api/works', scheduleRoutes(deps));
  app.route('/api/works', reviewRoutes(deps));
  app.route('/api/works', fileRoutes(deps));
  app.route('/api/works', exportRoutes(deps));
  app.route('/api/works', runRoutes(deps));
  app.route('/api/works', verifyRoutes(deps));
  app.route('/api/works', versionRoutes(deps));
  const papers = createOwnPapers(deps);
  app.route('/api/works', provenanceRoutes(deps, papers));
  app.route('/api/works', checkRoutes(deps, papers));
  app.route('/api/works', referenceRoutes(deps, papers));
  app.route('/api/shares', sharedRoutes(deps, papers));
  app.route('/api/export-styles', exportStyleRoutes(deps));
  app.route('/api/search', searchRoutes(deps));
  app.route('/api/chat', historyRoutes(deps));
  app.route('/api/templates', templateRoutes(deps));
  app.route('/api/models', modelRoutes(deps));
  app.route('/api/tool-servers', toolServerRoutes(deps));
  app.route('/api/skills', skillRoutes(deps));
  app.route('/api/webhooks', webhookRoutes(deps));
  app.use('/api/meta', needsUser);
  app.route('/api/meta', metaRoutes(deps));
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  app.route('/api', docsRoutes(app, deps.config));

  app.route('/v1', openAIRoutes(deps));
  app.route('/ai-sdk', aiSdkRoutes(deps));
  app.route('/ag-ui', agUiRoutes(deps));
  app.route('/mcp', mcpRoutes(deps));

  // Nothing under /api falls back to the page.
  app.all('/api/*', (c) => onNotFound(c));
  app.route('/', staticSite(deps.config.webDir));
  return app;
}

/** Files are bounded one by one where they are stored; everything else here. */
const limitBody: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (isFileSent(c)) return await next();
  if (c.req.path === '/api/skills') return await limitPack(c, next);
  return await (isPartOfWork(c.req.path, 'messages') ? limitMessage : limitJson)(c, next);
};

/** A PUT's body is the file itself and a POST's a form of files; a PATCH sends JSON, as anywhere. */
function isFileSent(c: Context): boolean {
  return (c.req.method === 'PUT' || c.req.method === 'POST') && isPartOfWork(c.req.path, 'files');
}

function isPartOfWork(path: string, part: 'files' | 'messages'): boolean {
  return /^\/api\/works\/[^/]+\/(\w+)(?:\/|$)/.exec(path)?.[1] === part;
}

const limitMessage = limitTo(MAX_FRAME_BYTES);
const limitJson = limitTo(MAX_JSON_BYTES);
const limitPack = limitTo(MOST_SENT_BYTES);

/** Behind the check of the token: nobody's body is waited for before they are known to be somebody. */
const limitNesting: MiddlewareHandler<ApiEnv> = async (c, next) => {
  // What is read as JSON: Hono's validator parses no other body.
  if (/json/i.test(c.req.header('Content-Type') ?? '') && !isFileSent(c) && isTooNested(await c.req.text()))
    throw new ApiError('bad_request', TOO_NESTED);
  await next();
};
