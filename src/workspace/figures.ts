/** Which of the files that a run changed are figures (S8). */
import type { FileChange } from '../domain/messages.ts';
import { HEADER_BYTES, type ImageHeader, imageHeader } from './image-header.ts';
import type { Workspace } from './workspace.ts';
import { WorkspaceError } from './workspace-error.ts';

export interface Figure extends ImageHeader {
  path: string;
}

/** The images among changed files, told by their content: a text named `plot.png` is none. */
export async function figuresAmong(workspace: Workspace, changes: FileChange[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { path, change } of changes) {
    if (change === 'removed') continue;
    const header = await readHeader(workspace, path);
    if (header !== null) figures.push({ path, ...header });
  }
  return figures;
}

/** What image a file is, or null; also when the file went away meanwhile. */
async function readHeader(workspace: Workspace, path: string): Promise<ImageHeader | null> {
  try {
    return imageHeader(await workspace.read(path, { limit: HEADER_BYTES }));
  } catch (error) {
    if (error instanceof WorkspaceError) return null;
    throw error;
  }
}
