/** Papers from before a turn, in the browser's database. */
import { type BrowserDatabase, withDatabase } from '../shell/browser-database.ts';
import type { PaperStore } from './before-turn.ts';

/** No more than so many are kept; the oldest go first. */
const MOST = 40;

export const browserPapers: PaperStore = {
  get: async (workId) => (await withDatabase((database) => database.get('papers', workId))) ?? null,
  async put(paper) {
    await withDatabase(async (database) => {
      await database.put('papers', paper);
      await dropOldest(database);
    });
  },
};

async function dropOldest(database: BrowserDatabase): Promise<void> {
  const { store, done } = database.transaction('papers', 'readwrite');
  let over = (await store.count()) - MOST;
  for (let oldest = await store.index('at').openCursor(); oldest && over > 0; over -= 1) {
    await oldest.delete();
    oldest = await oldest.continue();
  }
  await done;
}
