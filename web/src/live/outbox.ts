/**
 * Messages that the server has not acked yet. They outlive a reload: each is sent again with its own id until
 * its ack comes, and the server knows a repeat by that id (P5). One key a message, so that two tabs of the
 * same Work never overwrite each other's.
 */
import type { Delivery } from '../../../src/domain/messages.ts';
import type { KeyValueStore } from '../shell/browser-store.ts';

export interface OutboxMessage {
  id: string;
  text: string;
  delivery: Delivery;
  /** Paths in the workspace that come with it. */
  attachments?: string[];
  /** It is not sent by itself: a stop took it back, or its files are still on their way. */
  waitsFor?: 'person' | 'files';
  /** The names of those files. */
  files?: string[];
  /** ISO 8601. */
  createdAt: string;
}

export interface Outbox {
  list(): OutboxMessage[];
  put(message: OutboxMessage): void;
  remove(id: string): void;
}

export function storedOutbox(store: KeyValueStore, workId: string): Outbox {
  const prefix = `paperagent.outbox.${workId}.`;
  return {
    list() {
      const messages: OutboxMessage[] = [];
      for (const key of store.keys()) {
        const value = key.startsWith(prefix) ? store.getItem(key) : null;
        if (value !== null) messages.push(JSON.parse(value) as OutboxMessage);
      }
      return messages.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    },
    put: (message) => store.setItem(prefix + message.id, JSON.stringify(message)),
    remove: (id) => store.removeItem(prefix + id),
  };
}
