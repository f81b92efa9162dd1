/** A workspace's files as text for a model. */
import type { Entry, Listing } from './listing.ts';

/** Lines that a tree has at most, and entries of one folder that it shows. */
const LINES = 400;
const PER_FOLDER = 100;

/** One entry a line, indented by depth, with sizes; folders end in a slash. Bounded, and says what it left out. */
export function renderTree(listing: Listing, root = ''): string {
  const children = new Map<string, Entry[]>();
  for (const entry of listing.entries) {
    const parent = parentOf(entry.path);
    const inside = children.get(parent);
    if (inside === undefined) children.set(parent, [entry]);
    else inside.push(entry);
  }
  const lines: string[] = [];
  const visit = (folder: string, indent: string): void => {
    const inside = children.get(folder) ?? [];
    for (const entry of inside.slice(0, PER_FOLDER)) {
      if (lines.length >= LINES) return;
      const name = printable(entry.path.slice(folder === '' ? 0 : folder.length + 1));
      const size = entry.kind === 'file' ? `  ${readableSize(entry.size)}` : '/';
      lines.push(indent + name + size);
      if (entry.kind === 'directory') visit(entry.path, `${indent}  `);
    }
    if (inside.length > PER_FOLDER && lines.length < LINES) {
      lines.push(`${indent}(and ${inside.length - PER_FOLDER} more here)`);
    }
  };
  visit(root, '');
  if (lines.length === 0) return '(no files)';
  const files = listing.entries.filter((entry) => entry.kind === 'file').length;
  if (lines.length >= LINES)
    lines.push(`(cut here; ${files} files in all: give the path of a folder to see it)`);
  if (listing.truncated) lines.push('(there are more than 10,000 entries; the rest is not listed)');
  return lines.join('\n');
}

/** Bytes with a unit, as people read them: `734 B`, `12.3 KB`, `1.5 MB`. */
export function readableSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const exponent = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** exponent).toFixed(1)} ${['B', 'KB', 'MB', 'GB'][exponent]}`;
}

/** A name on one line: one with control characters is written as a JSON string. */
export function printable(name: string): string {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name) ? JSON.stringify(name) : name;
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
