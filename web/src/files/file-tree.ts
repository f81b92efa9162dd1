/** The workspace's flat list of files as a tree, folders before files, each in the order people count in. */
import type { FileChange } from '../../../src/domain/messages.ts';
import type { WorkspaceFile } from '../api/files.ts';

export type FileNode =
  | { kind: 'folder'; path: string; name: string; children: FileNode[] }
  | { kind: 'file'; path: string; name: string; size: number; change?: FileChange['change'] };

/** Where the agent and uploads put things: every project has these, and as long as they are empty they say nothing (V18). */
const STANDING = new Set(['attachments', 'code', 'images']);

export function fileTree(
  files: readonly WorkspaceFile[],
  changes: ReadonlyMap<string, FileChange['change']>,
): FileNode[] {
  const root: FileNode[] = [];
  const folders = new Map<string, FileNode[]>([['', root]]);
  const folder = (path: string): FileNode[] => {
    const known = folders.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf('/');
    const children: FileNode[] = [];
    folders.set(path, children);
    folder(slash < 0 ? '' : path.slice(0, slash)).push({
      kind: 'folder',
      path,
      name: path.slice(slash + 1),
      children,
    });
    return children;
  };
  for (const file of files) {
    if (file.kind === 'directory') {
      folder(file.path);
      continue;
    }
    const slash = file.path.lastIndexOf('/');
    const change = changes.get(file.path);
    folder(slash < 0 ? '' : file.path.slice(0, slash)).push({
      kind: 'file',
      path: file.path,
      name: file.path.slice(slash + 1),
      size: file.size,
      ...(change === undefined ? {} : { change }),
    });
  }
  for (const children of folders.values()) children.sort(inOrder);
  return root.filter((node) => node.kind === 'file' || node.children.length > 0 || !STANDING.has(node.path));
}

const names = new Intl.Collator(undefined, { numeric: true });

function inOrder(a: FileNode, b: FileNode): number {
  if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1;
  return names.compare(a.name, b.name);
}

/** Bytes as people read them: `812 B`, `4.2 kB`, `13 MB`. */
export function readableSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
