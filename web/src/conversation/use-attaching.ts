import { useStorage } from '@vueuse/core';
import { computed, ref } from 'vue';
import type { Delivery } from '../../../src/domain/messages.ts';
import { useWorkspace } from '../files/use-workspace.ts';
import type { WorkConnection } from '../live/connection.ts';
import type { OutboxMessage } from '../live/outbox.ts';
import { withDatabase } from '../shell/browser-database.ts';
import { tabStore } from '../shell/browser-store.ts';

/** A file of a waiting message, by the key under which the browser's database has it. */
const keyOf = (messageId: string, at: number) => `${messageId}/${at}`;

/**
 * Files that go with a message. One that is sent before they have arrived waits for them; the browser keeps it and
 * them, so that a page that is opened meanwhile goes on.
 */
export function useAttaching(workId: string, connection: WorkConnection) {
  const workspace = useWorkspace();
  /** Paths of those that have arrived, for the message that is being written. */
  const attached = useStorage<string[]>(`paperagent.attached.${workId}`, [], tabStore, {
    writeDefaults: false,
  });
  /** Those that were begun for it, by their upload's number. */
  const begun = ref(new Map<number, File>());
  /** Of each waiting message, those that could not be uploaded. */
  const failed = ref(new Map<string, string[]>());

  const uploads = computed(() =>
    workspace.uploads.list.value.filter(({ id, state }) => begun.value.has(id) && state.name !== 'done'),
  );

  /** Begins an upload each. Resolves to the path of each that arrived, null for one that did not. */
  function begin(files: readonly File[]): { ids: number[]; paths: Promise<(string | null)[]> } {
    const before = new Set(workspace.uploads.list.value.map(({ id }) => id));
    const each = files.map(async (file) => (await workspace.uploads.add([file]))[0] ?? null);
    const ids = workspace.uploads.list.value.map(({ id }) => id).filter((id) => !before.has(id));
    return { ids, paths: Promise.all(each) };
  }

  /** Arrivals of the uploads that belong to no message yet. */
  const arrivals = new Map<number, Promise<string | null>>();

  function upload(files: readonly File[]): void {
    for (const file of files) {
      const { ids, paths } = begin([file]);
      const [id] = ids;
      if (id === undefined) continue;
      begun.value.set(id, file);
      const arrival = paths.then(([path = null]) => path);
      arrivals.set(id, arrival);
      void arrival.then((path) => {
        // A message that was sent meanwhile has taken it.
        if (!begun.value.has(id) || path === null) return;
        begun.value.delete(id);
        attached.value = [...attached.value.filter((other) => other !== path), path];
      });
    }
  }

  /** Sends it, or keeps it until its files are there. */
  function send(text: string, delivery: Delivery, attachments: string[]): void {
    const files = uploads.value.map(({ id }) => ({ id, file: begun.value.get(id) as File }));
    if (files.length === 0) {
      connection.send(text, delivery, attachments);
      return;
    }
    for (const { id } of files) begun.value.delete(id);
    const names = files.map(({ file }) => file.name);
    const messageId = connection.keep({
      text,
      delivery,
      files: names,
      waitsFor: 'files',
      ...(attachments.length > 0 ? { attachments } : {}),
    });
    const store = withDatabase(async (database) => {
      for (const [at, { file }] of files.entries()) {
        await database.put('uploads', { id: keyOf(messageId, at), file, at: Date.now() });
      }
    });
    const paths = Promise.all(files.map(({ id }) => arrivals.get(id) ?? Promise.resolve(null)));
    void finish(messageId, names, paths, store);
  }

  async function finish(
    messageId: string,
    names: readonly string[],
    arrival: Promise<(string | null)[]>,
    stored: Promise<unknown>,
  ): Promise<void> {
    const paths = await arrival;
    await stored;
    const missing = names.filter((_, at) => paths[at] === null || paths[at] === undefined);
    const arrived = paths.filter((path) => path !== null);
    if (missing.length === 0) await release(messageId, arrived);
    else {
      failed.value.set(messageId, missing);
      // What has arrived goes with it whatever the person decides about the rest.
      ready.set(messageId, arrived);
    }
  }

  const ready = new Map<string, string[]>();

  async function forget(messageId: string): Promise<void> {
    failed.value.delete(messageId);
    ready.delete(messageId);
    await withDatabase((database) =>
      database.delete('uploads', IDBKeyRange.bound(keyOf(messageId, 0), `${messageId}/\uffff`)),
    );
  }

  async function release(messageId: string, files = ready.get(messageId) ?? []): Promise<void> {
    connection.release(messageId, files);
    await forget(messageId);
  }

  async function dismiss(messageId: string): Promise<void> {
    connection.dismiss(messageId);
    await forget(messageId);
  }

  /** What an earlier page left waiting: its files are taken from where that page kept them. */
  async function goOn({ id, files: names = [] }: OutboxMessage): Promise<void> {
    const kept = await withDatabase((database) =>
      Promise.all(names.map((_, at) => database.get('uploads', keyOf(id, at)))),
    );
    const paths = names.map(async (_, at) => {
      const file = kept?.[at]?.file;
      return file === undefined ? null : ((await begin([file]).paths)[0] ?? null);
    });
    await finish(id, names, Promise.all(paths), Promise.resolve());
  }
  for (const message of connection.state().outgoing) if (message.waitsFor === 'files') void goOn(message);

  return {
    attached,
    uploads,
    upload,
    send,
    release,
    dismiss,
    failedFiles: (id: string): readonly string[] => failed.value.get(id) ?? [],
  };
}
