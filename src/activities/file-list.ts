/** Changed files as a model reads them, at the end of a result. */
import type { FileChange } from '../domain/messages.ts';
import { figuresAmong } from '../workspace/figures.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** One line a file; a figure, told by its content, with its format and pixels, so that a model can check it. */
export async function fileList(workspace: Workspace, files: FileChange[]): Promise<string> {
  if (files.length === 0) return 'Files changed: none.';
  const figures = new Map((await figuresAmong(workspace, files)).map((figure) => [figure.path, figure]));
  const lines = files.map(({ path, change, size }) => {
    const figure = figures.get(path);
    const facts = [
      change,
      ...(size === undefined ? [] : [`${size} bytes`]),
      ...(figure
        ? [`${figure.format} image of ${figure.width ?? '?'} x ${figure.height ?? '?'} pixels`]
        : []),
    ];
    return `- ${path} (${facts.join(', ')})`;
  });
  return ['Files changed:', ...lines].join('\n');
}
