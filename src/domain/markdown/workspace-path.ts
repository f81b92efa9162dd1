/** Where the workspace's files are to a program in the sandbox, and how hosted products call the same place. */
const ROOTS = /^\/(?:workspace|mnt\/data)\//;

/**
 * The workspace path that a Markdown reference means: `./images/a%20b.png`, `/workspace/images/a b.png` and
 * `sandbox:/workspace/images/a b.png` are all `images/a b.png`; null when it leads out of the workspace or to another
 * host (W13).
 */
export function workspacePath(reference: string): string | null {
  const local = reference.replace(/^sandbox:/i, '');
  if (local === '' || /^(?:[a-z][a-z\d+.-]*:|\/\/|#)/i.test(local)) return null;
  let plain = local.replace(/[?#].*$/, '').replace(ROOTS, '');
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
