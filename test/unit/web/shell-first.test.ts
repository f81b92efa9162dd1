import { expect, test } from '@jest/globals';
import { shellFirst } from '../../../web/shell-first.ts';

test('V62: what the page shows before its script stands before the styles that a slow line waits for', () => {
  const built = [
    '<html><head><script type="module" src="/a.js"></script>',
    '    <link rel="modulepreload" crossorigin href="/b.js">',
    '    <link rel="stylesheet" crossorigin href="/a.css">',
    '  </head><body>',
    '    <div id="app">shell</div>',
    '  </body></html>',
  ].join('\n');
  const page = shellFirst(built);
  expect(page.indexOf('shell')).toBeLessThan(page.indexOf('rel="stylesheet"'));
  expect(page.match(/rel="stylesheet"/g)).toHaveLength(1);
  expect(page).toContain('href="/b.js"');
  expect(page.trimEnd().endsWith('</body></html>')).toBe(true);
});
