/** What a turn has made, as links that the key opens. */

/** Markdown behind the answer; empty where no file has changed. */
export function fileLinks(origin: string, workId: string, paths: readonly string[]): string {
  if (paths.length === 0) return '';
  const links = paths.map((path) => {
    const address = path.split('/').map(encodeURIComponent).join('/');
    return `- [${path.replaceAll(/[[\]\\]/g, '\\$&')}](${origin}/api/works/${workId}/files/${address})`;
  });
  return `\n\nFiles:\n${links.join('\n')}`;
}
