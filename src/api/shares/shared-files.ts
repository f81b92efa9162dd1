/** Which files a reader of a shared link may have: all but hidden ones, or the paper and what it shows. */
import type { OpenShare } from '../../db/shares.ts';
import type { FilesShown } from '../../domain/markdown/files-shown.ts';
import { UnreadableMarkdown } from '../../domain/markdown/unreadable.ts';
import { isHiddenPath } from '../../domain/shares.ts';
import { BIBLIOGRAPHY } from '../../paper-check/check-work.ts';
import type { ProvenanceThreads } from '../../provenance/jobs.ts';
import { workspaceFolder } from '../../workspace/create-workspace.ts';
import { createFileHashes } from '../../workspace/file-hashes.ts';
import type { Entry } from '../../workspace/listing.ts';
import { PAPER } from '../../workspace/paper.ts';
import { openWorkspace, type Workspace } from '../../workspace/workspace.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { isPicture } from '../files/content-types.ts';

/** A paper is read up to so many bytes; a larger one shows no figures to strangers. */
const PAPER_BYTES = 2 * 1024 ** 2;
/** Papers whose figures are remembered. */
const MOST_KEPT = 200;

export interface SharedFiles {
  workspaceOf(share: OpenShare): Workspace;
  /** @param signal until when somebody waits for it */
  list(share: OpenShare, signal: AbortSignal): Promise<{ entries: Entry[]; truncated: boolean }>;
  mayRead(share: OpenShare, path: string, signal: AbortSignal): Promise<boolean>;
}

/** A paper that is read for whoever wants to know, or was. */
interface Reading {
  shown: Promise<FilesShown>;
  /** Until when the one waits who began it. */
  signal: AbortSignal;
}

export function createSharedFiles(dataDir: string, threads: ProvenanceThreads): SharedFiles {
  const hashes = createFileHashes();
  const kept = new Map<string, Reading>();

  function workspaceOf({ workId, ownerId }: OpenShare): Workspace {
    return openWorkspace(workspaceFolder(dataDir, workId), undefined, hashes.for(ownerId));
  }

  /** What the paper shows as it is now, by its hash. */
  async function shownBy(share: OpenShare, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const workspace = workspaceOf(share);
    try {
      const key = `${share.workId}:${await workspace.hash(PAPER)}`;
      const shown = await known(key, signal, () => read(share, workspace, signal));
      const images = shown.images.filter((path) => isPicture(path) && !isHiddenPath(path));
      return new Set([PAPER, ...images, ...(shown.cites ? [BIBLIOGRAPHY] : [])]);
    } catch (error) {
      // Without a paper that can be read nothing is shown by it.
      if (error instanceof WorkspaceError || error instanceof UnreadableMarkdown) return new Set([PAPER]);
      throw error;
    }
  }

  async function read(share: OpenShare, workspace: Workspace, signal: AbortSignal): Promise<FilesShown> {
    const source = (await workspace.read(PAPER, { maxBytes: PAPER_BYTES })).toString('utf8');
    // Readers have a place of their own: none of the owner's is taken from them.
    const asking = { person: { id: `share:${share.id}`, guest: true }, signal };
    return await threads.run('filesShownBy', [source], asking);
  }

  /** What is kept, or what `begin` gives. Where whoever began it has gone, and it ended with them, it is begun again. */
  async function known(
    key: string,
    signal: AbortSignal,
    begin: () => Promise<FilesShown>,
  ): Promise<FilesShown> {
    for (;;) {
      const reading = kept.get(key) ?? keep(key, { shown: begin(), signal });
      try {
        return await reading.shown;
      } catch (error) {
        if (signal.aborted || !reading.signal.aborted) throw error;
      }
    }
  }

  function keep(key: string, reading: Reading): Reading {
    kept.set(key, reading);
    // A failure is nobody else's: the next one asks again.
    reading.shown.catch(() => {
      if (kept.get(key) === reading) kept.delete(key);
    });
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return reading;
  }

  return {
    workspaceOf,
    async list(share, signal) {
      const { entries, truncated } = await workspaceOf(share).list();
      if (share.what === 'work')
        return { entries: entries.filter(({ path }) => !isHiddenPath(path)), truncated };
      const shown = await shownBy(share, signal);
      return {
        entries: entries.filter(({ path, kind }) => kind === 'file' && shown.has(path)),
        truncated: false,
      };
    },
    async mayRead(share, path, signal) {
      if (isHiddenPath(path)) return false;
      return share.what === 'work' || (await shownBy(share, signal)).has(path);
    },
  };
}
