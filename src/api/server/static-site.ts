/** The built page: its files, and the page itself for every address that it routes. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { unlessMissing } from '../../system-error.ts';

/** Vite names these by their content. */
const FOREVER = 'public, max-age=31536000, immutable';

export function staticSite(webDir: string): Hono {
  const app = new Hono();
  const index = path.join(webDir, 'index.html');

  if (existsSync(webDir)) {
    const onFound = (file: string, c: Context) =>
      c.header('Cache-Control', file.includes(`${path.sep}assets${path.sep}`) ? FOREVER : 'no-cache');
    app.use('/*', serveStatic({ root: webDir, precompressed: true, onFound }));
  }

  app.get('/*', async (c) => {
    // A file that is not there is not there; an address without an extension is the page's to route.
    if (path.posix.extname(c.req.path) !== '') return c.notFound();
    const page = await unlessMissing(readFile(index, 'utf8'));
    c.header('Cache-Control', 'no-cache');
    return page === undefined ? c.html(missing(), 503) : c.html(page);
  });

  return app;
}

function missing() {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>PaperAgent</title></head>
<body><h1>PaperAgent</h1>
<p>The server runs, but its page is not built yet: run <code>npm run build</code>, or <code>npm start</code>,
which builds it. The API is here: <a href="/api/docs">/api/docs</a>.</p></body></html>`;
}
