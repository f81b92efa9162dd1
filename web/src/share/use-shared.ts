/** What a shared link shows, live: its conversation, its files, its paper. */
import { onScopeDispose, provide, type Ref, shallowReactive, shallowRef } from 'vue';
import type { Conversation } from '../../../src/domain/reducer.ts';
import { reduceShared, SHARED_KINDS, type SharedEvent } from '../../../src/domain/shares.ts';
import { readPicture, readText, type WorkspaceFile } from '../api/files.ts';
import { ApiError } from '../api/http.ts';
import {
  listSharedFiles,
  reader,
  readShared,
  type SharedPage,
  sharedEvents,
  sharedFile,
} from '../api/shares.ts';
import { createTurnNotes, type TurnNotes } from '../conversation/turn-notes.ts';
import { imageUrl } from '../files/image-url.ts';
import type { Workspace } from '../files/use-workspace.ts';
import { createWorkspaceImages, imagesKey } from '../files/workspace-images.ts';
import { fromSnapshot, type SnapshotFrame } from '../live/snapshot.ts';

export interface SharedView {
  /** Null until it has come. */
  page: Readonly<Ref<SharedPage | null>>;
  /** `gone`: the link leads nowhere, or nowhere any more. */
  state: Readonly<Ref<'loading' | 'live' | 'lost' | 'gone'>>;
  conversation: Readonly<Ref<Conversation | null>>;
  olderCursor: Readonly<Ref<number | null>>;
  notes: TurnNotes;
  files: Readonly<Ref<readonly WorkspaceFile[] | null>>;
  version: Workspace['version'];
  read: Workspace['read'];
}

/** How long until a server that gave no answer is asked again. */
const AGAIN_MS = 5_000;

export function useShared(token: string): SharedView {
  const page = shallowRef<SharedPage | null>(null);
  const state = shallowRef<'loading' | 'live' | 'lost' | 'gone'>('loading');
  const conversation = shallowRef<Conversation | null>(null);
  const olderCursor = shallowRef<number | null>(null);
  const files = shallowRef<readonly WorkspaceFile[] | null>(null);
  const versions = shallowReactive(new Map<string, number>());
  const everything = shallowRef(0);
  const notes = createTurnNotes(Date.now);
  const images = createWorkspaceImages({
    fetchBlob: (path) => readPicture(reader, sharedFile(token, path)),
    createUrl: (content) => imageUrl(content, { create: (raster) => URL.createObjectURL(raster) }),
    revokeUrl: (url) => URL.revokeObjectURL(url),
  });
  provide(imagesKey, images);
  let stream: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  let listing: Promise<void> | null = null;
  let listAgain = false;

  /** A link that leads nowhere stays so; whatever else went wrong may be over soon. */
  function failed(error: unknown): void {
    if (over) return;
    if (error instanceof ApiError && error.status === 404) {
      leave();
      state.value = 'gone';
      return;
    }
    console.warn('the shared page cannot be read just now', error);
    state.value = 'lost';
    clearTimeout(retry);
    retry = setTimeout(() => void open(), AGAIN_MS);
  }

  /** One request at a time; what changed meanwhile is caught by one more. */
  function list(): void {
    listAgain = listing !== null;
    listing ??= listSharedFiles(token)
      .then((now) => {
        files.value = now.items;
      }, failed)
      .finally(() => {
        listing = null;
        if (listAgain && !over) list();
      });
  }

  function reread(): void {
    everything.value += 1;
    images.renewAll();
    list();
  }

  function changed(path: string): void {
    versions.set(path, (versions.get(path) ?? 0) + 1);
    images.renew(path);
  }

  function take(event: SharedEvent): void {
    if (conversation.value !== null) conversation.value = reduceShared(conversation.value, event);
    if (event.kind === 'files.changed') {
      reread();
      return;
    }
    notes.follow(event);
    if (event.kind !== 'tool.completed' || event.files.length === 0) return;
    for (const file of event.files) changed(file.path);
    list();
  }

  function follow(): void {
    stream?.close();
    const source = new EventSource(sharedEvents(token));
    stream = source;
    let opened = false;
    source.addEventListener('open', () => {
      state.value = 'live';
      // What changed while nobody listened no event tells.
      if (opened) reread();
      opened = true;
    });
    source.addEventListener('snapshot', ({ data }: MessageEvent<string>) => {
      const frame = JSON.parse(data) as SnapshotFrame;
      conversation.value = fromSnapshot(frame);
      olderCursor.value = frame.cursor ?? null;
    });
    for (const kind of SHARED_KINDS)
      source.addEventListener(kind, ({ data }: MessageEvent<string>) =>
        take(JSON.parse(data) as SharedEvent),
      );
    source.addEventListener('error', () => {
      // The browser comes back by itself, but not where it was refused: then the answer says whether it ever may.
      if (source.readyState !== EventSource.CLOSED) state.value = 'lost';
      else readShared(token).then(() => failed(new Error('the stream was refused')), failed);
    });
  }

  async function open(): Promise<void> {
    try {
      page.value = await readShared(token);
    } catch (error) {
      return failed(error);
    }
    if (over) return;
    list();
    follow();
  }

  function leave(): void {
    over = true;
    clearTimeout(retry);
    stream?.close();
  }

  void open();
  onScopeDispose(() => {
    leave();
    images.dispose();
  });

  return {
    ...{ page, state, conversation, olderCursor, notes, files },
    version: (path) => everything.value + (versions.get(path) ?? 0),
    read: (path) => readText(reader, sharedFile(token, path)),
  };
}
