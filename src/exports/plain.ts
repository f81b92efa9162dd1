/** Text of a stranger's in Markdown that we write. */

/** A name as text within a line or a cell: nothing of it is markup. */
export function plain(name: string): string {
  return name
    .slice(0, 200)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]()#+!|<>@$~^&]/g, '\\$&');
}
