/** Addresses at which a key opens a Work's files. */

export function fileLink(origin: string, workId: string, path: string): string {
  return `${origin}/api/works/${workId}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** Markdown behind the answer; empty where no file has changed. */
export function fileLinks(origin: string, workId: string, paths: readonly string[]): string {
  if (paths.length === 0) return '';
  const links = paths.map(
    (path) => `- [${path.replaceAll(/[[\]\\]/g, '\\$&')}](${fileLink(origin, workId, path)})`,
  );
  return `\n\nFiles:\n${links.join('\n')}`;
}
