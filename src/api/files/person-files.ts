/** What a person does to a Work's files: within the space that a Work has, and known to the agents that run. */
import { notePersonEdit } from '../../db/person-edits.ts';
import { nameByPaper } from '../../db/works.ts';
import { MAX_UPLOAD_BYTES } from '../../protocol/limits.ts';
import { measureWork, withFileRoom } from '../../room/room.ts';
import { keepAll, keepFiles, type Place } from '../../versions/versions.ts';
import { mustHaveRoom } from '../../workspace/disk-room.ts';
import { PAPER, titleOfPaper } from '../../workspace/paper.ts';
import { segmentsOf } from '../../workspace/relative-path.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { asParts, type Content, type WriteOptions, type Written } from '../../workspace/write-file.ts';

export interface PersonWrite extends Pick<WriteOptions, 'ifMatch' | 'besideOthers'> {
  /** Bytes that the content has at most, and at least, where its sender says so. */
  most?: number;
  least?: number;
}

/** Bytes of an upload after which the disk's room is looked at again. */
const LOOK_EVERY_BYTES = 4 * 1024 ** 2;

export interface PersonFiles {
  /** @throws WorkspaceError; no_room where the Work, or its person's Works together, have none for it */
  write(path: string, content: Content, options?: PersonWrite): Promise<Written>;
  remove(path: string): Promise<void>;
  /** @throws WorkspaceError exists where something has the path `to` */
  move(path: string, to: string): Promise<void>;
}

/** Each change is a version (T4). `onNotKept` is told where one could not be kept: the change stands all the same. */
export function personFiles(place: Place, onNotKept: (error: unknown) => void): PersonFiles {
  const { db, workId, workspace } = place;

  async function kept(keep: () => Promise<unknown>): Promise<void> {
    await keep().catch(onNotKept);
  }

  /** Does what changes a file, so that no agent takes its place without having been told. */
  async function noted<T>(path: string, change: () => Promise<T>): Promise<T> {
    segmentsOf(path);
    await notePersonEdit(db, workId, path);
    const done = await change();
    await notePersonEdit(db, workId, path);
    return done;
  }

  async function store(path: string, content: Content, options: PersonWrite): Promise<Written> {
    await mustHaveRoom(workspace.root, MAX_UPLOAD_BYTES);
    const { ifMatch, besideOthers = false, most = MAX_UPLOAD_BYTES, least = 0 } = options;
    const file = { replaces: besideOthers ? null : path, most: Math.min(most, MAX_UPLOAD_BYTES), least };
    return await withFileRoom(place, file, async (room) => {
      try {
        const written = await workspace.write(path, whileRoom(workspace, content), {
          ...(ifMatch === undefined ? {} : { ifMatch }),
          besideOthers,
          maxBytes: room.bytes,
          temporaryId: room.id,
          beforeReplace: room.lookAgain,
        });
        room.stored(written.size);
        return written;
      } catch (error) {
        const full =
          error instanceof WorkspaceError && error.code === 'too_large' && room.bytes < MAX_UPLOAD_BYTES;
        throw full ? room.tooMuch() : error;
      }
    });
  }

  return {
    async write(path, content, options = {}) {
      const written = options.besideOthers
        ? await storeBeside(path, content, options)
        : await noted(path, () => store(path, content, options));
      await kept(() => keepFiles(place, { reason: 'person' }, [written.path]));
      if (written.path === PAPER) await kept(nameByItsPaper);
      return written;
    },
    async move(path, to) {
      await noted(path, () => noted(to, () => workspace.move(path, to)));
      // A folder goes with all that is in it.
      await kept(() => keepAll(place, { reason: 'person' }));
    },
    async remove(path) {
      await noted(path, async () => {
        await workspace.remove(path);
        await measureWork(place);
      });
      await kept(() => keepAll(place, { reason: 'person' }));
    },
  };

  async function nameByItsPaper(): Promise<void> {
    const title = await titleOfPaper(workspace);
    if (title !== null) await nameByPaper(db, workId, title);
  }

  async function storeBeside(path: string, content: Content, options: PersonWrite): Promise<Written> {
    segmentsOf(path);
    // Which name it gets is known at its end; nobody can have read what was not there.
    const written = await store(path, content, options);
    await notePersonEdit(db, workId, written.path);
    return written;
  }
}

/** The content, for as long as the disk has room: many may be uploading to it. */
async function* whileRoom(workspace: Workspace, content: Content): AsyncGenerator<Uint8Array> {
  let unseen = 0;
  for await (const part of asParts(content)) {
    unseen += part.byteLength;
    if (unseen >= LOOK_EVERY_BYTES) {
      await mustHaveRoom(workspace.root, unseen);
      unseen = 0;
    }
    yield part;
  }
}
