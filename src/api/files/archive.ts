/** All files of a workspace as one zip, made while it is sent (F10). */
import { type Readable, Readable as ReadableStreams } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Workspace } from '../../workspace/workspace.ts';
import type { Log } from '../log.ts';

/** Starts a zip of every regular file. A file that goes away meanwhile is left out; other failures break it off. */
export async function zipWorkspace(workspace: Workspace, log: Log): Promise<Readable> {
  const zip = new ZipFile();
  const { entries } = await workspace.list();
  for (const { path, kind, mtimeMs } of entries) {
    if (kind !== 'file') continue;
    zip.addReadStreamLazy(path, { mtime: new Date(mtimeMs), mode: 0o100644 }, (take) => {
      workspace.openRead(path).then(
        ({ stream }) => take(null, stream),
        (err: unknown) => {
          log.warn({ err, path }, 'a file is not in the archive');
          take(null, ReadableStreams.from([]));
        },
      );
    });
  }
  zip.end();
  return zip.outputStream as Readable;
}
