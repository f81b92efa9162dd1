/** Markdown files as text, for tools that edit them. */

/** The bytes as UTF-8, a byte-order mark kept; null where they are no UTF-8, for writing them back would lose bytes. */
export function utf8OrNull(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Why a path cannot be a Markdown file's, or null. */
export function notMarkdown(path: string): string | null {
  if (/\.(md|markdown)$/i.test(path)) return null;
  return `"file" must be a Markdown file such as "paper.md", but is ${JSON.stringify(path)}.`;
}

/** A relative path without the `./` that models put before it. */
export function cleanPath(path: string): string {
  return path.trim().replace(/^(?:\.\/)+/, '');
}
