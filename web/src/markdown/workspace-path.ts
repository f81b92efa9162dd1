/**
 * The workspace path that a Markdown reference means (`./images/a%20b.png` → `images/a b.png`);
 * null when it leads out of the workspace or to another host.
 */
export function workspacePath(reference: string): string | null {
  if (reference === '' || /^(?:[a-z][a-z\d+.-]*:|\/\/|#)/i.test(reference)) return null;
  let plain = reference.replace(/[?#].*$/, '');
  try {
    plain = decodeURIComponent(plain);
  } catch {
    // A lone % is a name's own character.
  }
  const segments: string[] = [];
  for (const segment of plain.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return null;
  }
  return segments.length > 0 ? segments.join('/') : null;
}
