import { shallowReactive } from 'vue';
import { useRouter } from 'vue-router';
import type { Delivery } from '../../../src/domain/messages.ts';
import { ApiError } from '../api/http.ts';
import {
  branchWork,
  changeMessage,
  type FilesAgain,
  rerunMessage,
  withdrawMessage,
} from '../api/revisions.ts';
import { randomId } from '../live/random-id.ts';
import { useSession } from '../shell/use-session.ts';

export interface Revisions {
  workId: string;
  /** Why the last request about that message failed; undefined: it did not. */
  failure(id: string): unknown;
  /** Whether a request about that message is under way. */
  busy(id: string): boolean;
  /** Each resolves to whether it was done; what it did comes with the log. */
  edit(id: string, text: string): Promise<boolean>;
  deliver(id: string, delivery: Delivery): Promise<boolean>;
  withdraw(id: string): Promise<boolean>;
  /** Without `text` in the same words. */
  rerun(id: string, text?: string, files?: FilesAgain): Promise<boolean>;
  /** A Work of its own that ends with that message, and goes there. */
  branch(id: string): Promise<boolean>;
}

/** What a person takes back or says anew in a Work. */
export function useRevisions(workId: string): Revisions {
  const { http } = useSession();
  const router = useRouter();
  const states = shallowReactive(new Map<string, { busy: boolean; failure?: unknown }>());

  async function attempt(id: string, work: () => Promise<unknown>): Promise<boolean> {
    if (states.get(id)?.busy) return false;
    states.set(id, { busy: true });
    try {
      await work();
      states.delete(id);
      return true;
    } catch (error) {
      // Another tab withdrew it: that is seen in the log.
      const gone = error instanceof ApiError && error.status === 404;
      states.set(id, gone ? { busy: false } : { busy: false, failure: error });
      return false;
    }
  }

  return {
    workId,
    failure: (id) => states.get(id)?.failure,
    busy: (id) => states.get(id)?.busy ?? false,
    edit: (id, text) => attempt(id, () => changeMessage(http, workId, id, { text })),
    deliver: (id, delivery) => attempt(id, () => changeMessage(http, workId, id, { delivery })),
    withdraw: (id) => attempt(id, () => withdrawMessage(http, workId, id)),
    rerun(id, text, files) {
      const again = { newId: randomId(), files, ...(text === undefined ? {} : { text }) };
      return attempt(id, () => rerunMessage(http, workId, id, again));
    },
    branch: (id) =>
      attempt(id, async () => {
        const copy = await branchWork(http, workId, id);
        await router.push({ name: 'work', params: { id: copy.id } });
      }),
  };
}
