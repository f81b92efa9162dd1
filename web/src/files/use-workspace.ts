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
import { ApiError } from '../api/http.ts';
import { fileAddress, listFiles, type WorkspaceFile } from '../api/works.ts';
import { useSession } from '../shell/use-session.ts';
import { createWorkspaceImages, imagesKey } from './workspace-images.ts';

export interface Workspace {
  /** Null until the list has come. */
  files: Readonly<ShallowRef<readonly WorkspaceFile[] | null>>;
  failure: Readonly<ShallowRef<unknown>>;
  refresh(): void;
  /** Changes when a tool has changed that file: reading it makes a rendering follow. */
  version(path: string): number;
  /** The file's text; null when there is none. */
  text(path: string): Promise<string | null>;
  /** Saves the file to the person's disk. */
  download(path: string): Promise<void>;
  /** Told of each event, and of each snapshot as null, so that the files on show are those on disk. */
  follow(event: LogEvent | null): void;
}

const workspaceKey: InjectionKey<Workspace> = Symbol('workspace');

/** A Work's files for as long as the component lives; its children find it by `useWorkspace`. */
export function provideWorkspace(workId: string): Workspace {
  const { http } = useSession();
  const files = shallowRef<readonly WorkspaceFile[] | null>(null);
  const failure = shallowRef<unknown>(null);
  const versions = shallowReactive(new Map<string, number>());
  const everything = shallowRef(0);
  const address = (path: string) => fileAddress(workId, path);
  const images = createWorkspaceImages({
    fetchBlob: async (path) => (await http.raw(address(path))).blob(),
    createUrl: (blob) => URL.createObjectURL(blob),
    revokeUrl: (url) => URL.revokeObjectURL(url),
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

  void refresh();
  onScopeDispose(() => images.dispose());
  provide(imagesKey, images);

  const workspace: Workspace = {
    files,
    failure,
    refresh: () => void refresh(),
    version: (path) => everything.value + (versions.get(path) ?? 0),
    async text(path) {
      try {
        return await (await http.raw(address(path))).text();
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    async download(path) {
      const url = URL.createObjectURL(await (await http.raw(address(path))).blob());
      const link = document.createElement('a');
      link.href = url;
      link.download = path.slice(path.lastIndexOf('/') + 1);
      link.click();
      URL.revokeObjectURL(url);
    },
    follow(event) {
      if (event === null) {
        snapshots += 1;
        // The first one comes with the page, whose panes load by themselves.
        if (snapshots === 1) return;
        everything.value += 1;
        images.renewAll();
        return void refresh();
      }
      if (event.kind === 'tool.completed') {
        for (const file of event.files) changed(file.path);
        if (event.files.length > 0) void refresh();
      } else if (event.kind === 'turn.completed') void refresh();
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
