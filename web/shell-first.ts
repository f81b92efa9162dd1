import type { Plugin } from 'vite';

const STYLESHEET = /\s*<link rel="stylesheet"[^>]*>/g;

/**
 * Puts the page's stylesheets behind what index.html shows by itself: in the head they would keep a slow line's page
 * white until they have come (V62). Scripts wait for them in either place.
 */
export function shellFirst(html: string): string {
  const sheets = html.match(STYLESHEET) ?? [];
  return html.replace(STYLESHEET, '').replace(/\s*<\/body>/, `${sheets.join('')}$&`);
}

export function shellFirstPlugin(): Plugin {
  return {
    name: 'paperagent:shell-first',
    apply: 'build',
    transformIndexHtml: { order: 'post', handler: shellFirst },
  };
}
