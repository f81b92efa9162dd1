/** The API described by itself: an OpenAPI document, and the same as a page without scripts. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { html, raw } from 'hono/html';
import type { ApiConfig, ApiEnv } from '../dependencies.ts';
import type { Router } from '../router.ts';
import { createRouter } from '../router.ts';

type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

/** Describes the routes of `described`, which must be complete when the first request comes. */
export function docsRoutes(described: OpenAPIHono<ApiEnv>, { version }: ApiConfig): Router {
  const app = createRouter();
  let made: Document | undefined;
  const document = () => {
    made ??= described.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'PaperAgent',
        version,
        description:
          'Works, their conversation, files and templates. The live conversation is the WebSocket ' +
          '/api/chat/ws/{work_id}: see docs/protocol.md.',
      },
    });
    return made;
  };

  app.get('/openapi.json', (c) => c.json(document()));
  app.get('/docs', (c) => c.html(page(document())));
  return app;
}

function page({ info, paths = {} }: Document) {
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) =>
      row(method, path, operation),
    ),
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${info.title} API</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #8884 }
code { font: .9em ui-monospace, monospace } small { opacity: .75 }
</style>
</head>
<body>
<h1>${info.title} API ${info.version}</h1>
<p>${info.description ?? ''}</p>
<p>The same for programs: <a href="/api/openapi.json">openapi.json</a>.</p>
<table><tr><th>Route</th><th>Answers</th></tr>${raw(rows.join(''))}</table>
</body>
</html>`;
}

interface Operation {
  description?: string;
  security?: unknown[];
  responses?: Record<string, { description?: string }>;
}

function row(method: string, path: string, { description, security, responses = {} }: Operation) {
  const answers = Object.entries(responses).map(
    ([status, response]) => html`<code>${status}</code> ${response.description ?? ''}<br>`,
  );
  return html`<tr><td><code>${method.toUpperCase()} ${path}</code>${security ? ' 🔒' : ''}<br><small>${
    description ?? ''
  }</small></td><td><small>${answers}</small></td></tr>`;
}
