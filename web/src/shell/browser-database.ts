/**
 * What is too large for the browser's store: papers from before a turn, and files on their way to the server. Each
 * entry has an age, and none outlives its time. Where the browser has no database, or refuses it, nothing is kept and
 * nothing fails: what stands here is a convenience, or is still in the page's memory.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

interface Shape extends DBSchema {
  papers: {
    key: string;
    value: { workId: string; turn: number; text: string; at: number };
    indexes: { at: number };
  };
  uploads: { key: string; value: { id: string; file: File; at: number }; indexes: { at: number } };
}
export type BrowserDatabase = IDBPDatabase<Shape>;

/** For so long an entry is kept, in milliseconds: a month. */
const KEPT_MS = 30 * 24 * 3_600_000;
const STORES = ['papers', 'uploads'] as const;

let opening: Promise<BrowserDatabase> | null = null;

async function open(): Promise<BrowserDatabase> {
  const database = await openDB<Shape>('paperagent', 1, {
    upgrade(fresh) {
      fresh.createObjectStore('papers', { keyPath: 'workId' }).createIndex('at', 'at');
      fresh.createObjectStore('uploads', { keyPath: 'id' }).createIndex('at', 'at');
    },
  });
  for (const name of STORES) {
    const transaction = database.transaction(name, 'readwrite');
    const old = IDBKeyRange.upperBound(Date.now() - KEPT_MS);
    for await (const entry of transaction.store.index('at').iterate(old)) await entry.delete();
    await transaction.done;
  }
  return database;
}

/** Does something with the database; null where it does not serve. */
export async function withDatabase<T>(work: (database: BrowserDatabase) => Promise<T>): Promise<T | null> {
  try {
    opening ??= open();
    return await work(await opening);
  } catch (error) {
    opening = null;
    console.warn('the browser’s database does not serve', error);
    return null;
  }
}
