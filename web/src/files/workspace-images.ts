/**
 * The workspace's images for `<img>`. They are fetched with the token and shown by addresses of their own
 * (image-url.ts), since one in an `<img>` can carry no token. One fetch an image, and one again when a tool has
 * changed it.
 */
import { type InjectionKey, type Ref, shallowRef } from 'vue';
import { TooLargePicture } from '../api/files.ts';

/** Why an image is not shown. */
export type ImageProblem = 'imageMissing' | 'imageTooLarge';

export interface WorkspaceImages {
  /** The image's URL; undefined until it has been fetched, which the first call starts. */
  url(path: string): string | undefined;
  /** Why the last fetch gave no image; null where it gave one, or is under way. */
  problem(path: string): ImageProblem | null;
  /** Changes whenever some image's URL does: reading it makes a rendering follow. */
  version: Readonly<Ref<number>>;
  /** Fetches it again if somebody shows it. */
  renew(path: string): void;
  /** Fetches again all that are shown, and those that were missing. */
  renewAll(): void;
  dispose(): void;
}

export interface ImageDependencies {
  fetchBlob(path: string): Promise<Blob>;
  /** @throws where it is no image */
  createUrl(blob: Blob): Promise<string>;
  revokeUrl(url: string): void;
}

export const imagesKey: InjectionKey<WorkspaceImages> = Symbol('images');

interface Entry {
  url: string | undefined;
  problem: ImageProblem | null;
  /** Raised with each fetch, so that an older answer never replaces a newer one. */
  fetches: number;
}

export function createWorkspaceImages(dependencies: ImageDependencies): WorkspaceImages {
  const entries = new Map<string, Entry>();
  const version = shallowRef(0);
  let disposed = false;

  async function fetchInto(path: string, entry: Entry): Promise<void> {
    entry.fetches += 1;
    const mine = entry.fetches;
    let url: string | undefined;
    let problem: ImageProblem | null = null;
    try {
      url = await dependencies.createUrl(await dependencies.fetchBlob(path));
    } catch (error) {
      // Not written yet, gone, too large, or no image: the place says so, and a later change fetches again.
      problem = error instanceof TooLargePicture ? 'imageTooLarge' : 'imageMissing';
    }
    if (disposed || mine !== entry.fetches) {
      if (url !== undefined) dependencies.revokeUrl(url);
      return;
    }
    if (entry.url !== undefined) dependencies.revokeUrl(entry.url);
    entry.url = url;
    entry.problem = problem;
    version.value += 1;
  }

  function entryOf(path: string): Entry {
    const known = entries.get(path);
    if (known !== undefined) return known;
    const entry: Entry = { url: undefined, problem: null, fetches: 0 };
    entries.set(path, entry);
    void fetchInto(path, entry);
    return entry;
  }

  return {
    version,
    url(path) {
      void version.value;
      return entryOf(path).url;
    },
    problem(path) {
      void version.value;
      return entryOf(path).problem;
    },
    renew(path) {
      const entry = entries.get(path);
      if (entry !== undefined) void fetchInto(path, entry);
    },
    renewAll() {
      for (const [path, entry] of entries) void fetchInto(path, entry);
    },
    dispose() {
      disposed = true;
      for (const entry of entries.values()) {
        if (entry.url !== undefined) dependencies.revokeUrl(entry.url);
      }
    },
  };
}
