import { useThrottleFn } from '@vueuse/core';
import {
  type InjectionKey,
  inject,
  onScopeDispose,
  provide,
  type ShallowRef,
  shallowReactive,
  shallowRef,
} from 'vue';
import type { LogEvent } from '../../../src/domain/events.ts';
import type { Preview } from '../../../src/protocol/previews.ts';
import {
  deleteFile,
  type FilePart,
  fetchArchive,
  fetchPreview,
  fileAddress,
  listFiles,
  moveFile,
  type PreviewPart,
  readPart,
  readPicture,
  readStart,
  readText,
  type StoredText,
  type TextStart,
  uploadFile,
  type WorkspaceFile,
  writeText,
} from '../api/files.ts';
import { useSession } from '../shell/use-session.ts';
import { imageUrl } from './image-url.ts';
import { saveBlob } from './save-blob.ts';
import { createUploads, type Uploads } from './uploads.ts';
import { createWorkspaceImages, imagesKey } from './workspace-images.ts';

export interface Workspace {
  /** Null until the list has come. */
  files: Readonly<ShallowRef<readonly WorkspaceFile[] | null>>;
  failure: Readonly<ShallowRef<unknown>>;
  refresh(): void;
  /** Any file may be another than it was. */
  reread(): void;
  /** Changes when that file was changed, as far as this page knows: reading it makes a rendering follow. */
  version(path: string): number;
  /** The file as text; null when there is none. */
  read(path: string): Promise<StoredText | null>;
  /** Its bytes from `begin` to before `end`. */
  part(path: string, range: { begin: number; end: number }): Promise<FilePart>;
  /** The beginning of a text; null where the server has to decode it. */
  start(path: string): Promise<TextStart | null>;
  /** What the server shows of it. */
  preview(path: string, part: PreviewPart): Promise<Preview>;
  /** Replaces the state that `etag` names (null: none). @throws ApiError changed_meanwhile */
  write(path: string, file: { text: string; etag: string | null }): Promise<StoredText>;
  remove(path: string): Promise<void>;
  /** Gives a file or folder another path, where nothing may be yet. */
  move(path: string, to: string): Promise<void>;
  /** What the person moved or removed last: where it was, and where it is; set before the list follows. */
  moved: Readonly<ShallowRef<{ from: string; to: string | null } | null>>;
  /** The file's bytes. */
  blob(path: string): Promise<Blob>;
  /** Saves the file to the person's disk. */
  download(path: string): Promise<void>;
  /** Saves all files as a zip of that name. */
  downloadAll(name: string): Promise<void>;
  /** Stores a picture of the person's under that name in `images/`; resolves to its path. */
  addPicture(file: File, name: string): Promise<string>;
  /** Into `attachments/`. */
  uploads: Uploads<File>;
  /** The newest turn whose beginning this page was told of: it changes at that very event, before what follows it. */
  turnBegan: Readonly<ShallowRef<number | null>>;
  /** Told of each event, and of each snapshot as null, so that the files on show are those on disk. */
  follow(event: LogEvent | null): void;
}

/** How often the list is looked at while a run prints, in milliseconds: it may make files, and no event says so (V24). */
const LOOK_MS = 3_000;

/** Where a person's files go. */
export const ATTACHMENTS = 'attachments';
/** Where the pictures of the paper are. */
const IMAGES = 'images';
const workspaceKey: InjectionKey<Workspace> = Symbol('workspace');

/** A Work's files for as long as the component lives; its children find it by `useWorkspace`. */
export function provideWorkspace(workId: string): Workspace {
  const { http } = useSession();
  const files = shallowRef<readonly WorkspaceFile[] | null>(null);
  const failure = shallowRef<unknown>(null);
  const versions = shallowReactive(new Map<string, number>());
  const everything = shallowRef(0);
  const turnBegan = shallowRef<number | null>(null);
  const moved = shallowRef<{ from: string; to: string | null } | null>(null);
  const blob = async (path: string) => (await http.raw(fileAddress(workId, path))).blob();
  const images = createWorkspaceImages({
    fetchBlob: (path) => readPicture(http, fileAddress(workId, path)),
    createUrl: (content) => imageUrl(content, { create: (raster) => URL.createObjectURL(raster) }),
    revokeUrl: (url) => URL.revokeObjectURL(url),
  });
  const uploads = createUploads<File>({
    send: (file, watch) => uploadFile(http, workId, { file, folder: ATTACHMENTS }, watch),
    arrived(path) {
      changed(path);
      void refresh();
    },
  });
  let loading = false;
  let again = false;
  let snapshots = 0;

  /** One request at a time; what changed meanwhile is caught by one more. */
  async function refresh(): Promise<void> {
    again = loading;
    if (loading) return;
    loading = true;
    try {
      files.value = (await listFiles(http, workId)).items;
      failure.value = null;
    } catch (error) {
      failure.value = error;
    }
    loading = false;
    if (again) await refresh();
  }

  function changed(path: string): void {
    versions.set(path, (versions.get(path) ?? 0) + 1);
    images.renew(path);
  }

  function reread(): void {
    everything.value += 1;
    images.renewAll();
    void refresh();
  }

  const lookAtRun = useThrottleFn(refresh, LOOK_MS, true);

  void refresh();
  onScopeDispose(() => {
    images.dispose();
    uploads.dispose();
  });
  provide(imagesKey, images);

  const workspace: Workspace = {
    files,
    failure,
    uploads,
    blob,
    turnBegan,
    moved,
    refresh: () => void refresh(),
    reread,
    version: (path) => everything.value + (versions.get(path) ?? 0),
    read: (path) => readText(http, fileAddress(workId, path)),
    part: (path, range) => readPart(http, fileAddress(workId, path), range),
    start: (path) => readStart(http, fileAddress(workId, path)),
    preview: (path, part) => fetchPreview(http, workId, path, part),
    async write(path, file) {
      const stored = await writeText(http, workId, path, file);
      changed(path);
      void refresh();
      return stored;
    },
    async remove(path) {
      await deleteFile(http, workId, path);
      moved.value = { from: path, to: null };
      await refresh();
    },
    async move(path, to) {
      await moveFile(http, workId, path, to);
      moved.value = { from: path, to };
      changed(to);
      await refresh();
    },
    async addPicture(file, name) {
      const named = new File([file], name, { type: file.type });
      const watch = { progress() {}, signal: new AbortController().signal };
      const path = await uploadFile(http, workId, { file: named, folder: IMAGES }, watch);
      changed(path);
      void refresh();
      return path;
    },
    async download(path) {
      saveBlob(await blob(path), path.slice(path.lastIndexOf('/') + 1));
    },
    async downloadAll(name) {
      saveBlob(await fetchArchive(http, workId), name);
    },
    follow(event) {
      if (event === null) {
        snapshots += 1;
        // The first one comes with the page, whose panes load by themselves.
        if (snapshots === 1) return;
        return reread();
      }
      if (event.kind === 'turn.started') turnBegan.value = event.turn;
      else if (event.kind === 'tool.completed') {
        for (const file of event.files) changed(file.path);
        if (event.files.length > 0) void refresh();
      } else if (event.kind === 'tool.output' && !document.hidden) void lookAtRun();
      else if (event.kind === 'workspace.restored') reread();
      else if (event.kind === 'turn.completed') void refresh();
    },
  };
  provide(workspaceKey, workspace);
  return workspace;
}

export function useWorkspace(): Workspace {
  const workspace = inject(workspaceKey);
  if (workspace === undefined) throw new Error('a workspace is provided by the page of a Work');
  return workspace;
}
