/** All files of a workspace as one zip, made while it is sent (F10). */
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Workspace } from '../../workspace/workspace.ts';
import type { Log } from '../log.ts';

/** Starts a zip of every regular file. One that goes away meanwhile is empty in it; other failures break it off. */
export async function zipWorkspace(workspace: Workspace, log: Log): Promise<Readable> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  let current: Readable | undefined;

  const { entries } = await workspace.list();
  const names = new Set(entries.map(({ path }) => path));
  for (const { path, kind, mtimeMs } of entries) {
    if (kind !== 'file') continue;
    const name = nameInZip(path, names);
    names.add(name);
    zip.addReadStreamLazy(name, { mtime: new Date(mtimeMs), mode: 0o100644 }, (take) => {
      workspace.openRead(path).then(
        ({ stream }) => {
          current = stream;
          if (output.destroyed) stream.destroy();
          else take(null, stream);
        },
        (err: unknown) => {
          log.warn({ err, path }, 'a file is empty in the archive');
          take(null, Readable.from([]));
        },
      );
    });
  }
  zip.end();
  zip.on('error', (error: Error) => output.destroy(error));
  // Whoever downloads may leave in the middle: the file that is being read then stays open otherwise.
  output.on('close', () => current?.destroy());
  return output;
}

/** A path that begins like a Windows drive (`T:300K.csv`) may not stand in a zip: it has underscores instead. */
export function nameInZip(path: string, taken: ReadonlySet<string>): string {
  if (!/^[A-Za-z]:/.test(path)) return path;
  let name = `${path[0]}_${path.slice(2)}`;
  while (taken.has(name)) name = `${path[0]}_${name.slice(1)}`;
  return name;
}
