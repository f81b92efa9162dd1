/** The search over all that was said in a person's Works (H8). */
import { createRoute } from '@hono/zod-openapi';
import { takeRate } from '../../db/rates.ts';
import { findMessages } from '../../db/search.ts';
import { askedWords, hasAsked, snippetOf } from '../../domain/search-words.ts';
import * as shapes from '../../protocol/search.ts';
import { rateLimited } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bearer, errors, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';

/** Of a person: a palette asks with each pause of who types. */
const PER_MINUTE = 240;

const search = createRoute({
  method: 'get',
  path: '/',
  tags: ['works'],
  security: bearer,
  description:
    'Messages with all of these words, the newest; those that have them as they were typed first. The last word may be a beginning.',
  request: { query: shapes.searchQuery },
  responses: { 200: json(shapes.foundMessages, 'what was found'), ...errors(400, 401, 403, 429) },
});

export function searchRoutes({ db }: ApiDependencies): Router {
  const app = createRouter();

  app.openapi(search, async (c) => {
    const { q, limit } = c.req.valid('query');
    const { userId } = c.get('identity');
    const wait = await takeRate(db, `search:${userId}`, PER_MINUTE);
    if (wait > 0) throw rateLimited(wait, 'searches');
    const found = await findMessages(db, userId, askedWords(q), limit);
    const typed = found.map((one) => hasAsked(one.text, q));
    const ranked = [
      ...found.filter((_, index) => typed[index]),
      ...found.filter((_, index) => !typed[index]),
    ];
    const items = ranked.map(({ text, ...one }) => ({ ...one, snippet: snippetOf(text, q) }));
    return c.json({ items }, 200);
  });

  return app;
}
