/** Changed files as a result has them: some in words for a model, more of them as data, neither without bound (SR-H6). */
import type { FileChange } from '../domain/messages.ts';
import { figuresAmong } from '../workspace/figures.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** What a run left, in words and as it is stored. */
export interface FilesLeft {
  words: string;
  files: FileChange[];
}

const IN_WORDS = 200;
/** Characters of a path in words: who needs the rest of it lists the folder. */
const PATH_IN_WORDS = 200;
const STORED = 1_000;
/** Characters of all stored paths together: one may have 14,000. */
const STORED_CHARACTERS = 128 * 1024;

/** One line a file; a figure, told by its content, with its format and pixels, so that a model can check it. */
export async function filesLeft(workspace: Workspace, files: FileChange[]): Promise<FilesLeft> {
  if (files.length === 0) return { words: 'Files changed: none.', files };
  const told = files.slice(0, IN_WORDS);
  const figures = new Map((await figuresAmong(workspace, told)).map((figure) => [figure.path, figure]));
  const lines = told.map(({ path, change, size }) => {
    const figure = figures.get(path);
    const facts = [
      change,
      ...(size === undefined ? [] : [`${size} bytes`]),
      ...(figure
        ? [`${figure.format} image of ${figure.width ?? '?'} x ${figure.height ?? '?'} pixels`]
        : []),
    ];
    return `- ${shortPath(path)} (${facts.join(', ')})`;
  });
  if (files.length > told.length) lines.push(`and ${(files.length - told.length).toLocaleString('en')} more`);
  return { words: ['Files changed:', ...lines].join('\n'), files: stored(files) };
}

/** Its beginning and its end, where the name is. */
function shortPath(path: string): string {
  if (path.length <= PATH_IN_WORDS) return path;
  const half = PATH_IN_WORDS / 2;
  return `${path.slice(0, half)}…${path.slice(-half)}`.toWellFormed();
}

/** As many as fit, in their order. */
export function stored(files: FileChange[]): FileChange[] {
  let left = STORED_CHARACTERS;
  const end = files.findIndex(({ path }, index) => {
    left -= path.length;
    return index >= STORED || left < 0;
  });
  return end < 0 ? files : files.slice(0, end);
}
