import type { Ref } from 'vue';
import { textOf } from '../../../src/domain/messages.ts';
import { withdrawMessage } from '../api/revisions.ts';
import type { ConnectionState, WorkConnection } from '../live/connection.ts';
import { useSession } from '../shell/use-session.ts';

/** A stop does not wait longer for messages to be taken back, in milliseconds. */
const TIMEOUT_MS = 800;

/**
 * Stops the running turn, and lets no other begin by itself: to the server a message that is queued is the next turn.
 * So those are taken back first and kept here, for the person to send or to discard.
 */
export function useStop(
  workId: string,
  state: Readonly<Ref<ConnectionState>>,
  connection: WorkConnection,
): { stop(): Promise<void> } {
  const { http } = useSession();

  /** Kept before it is withdrawn: whatever ends this page in between, it is not lost. */
  async function takeBack(message: Parameters<WorkConnection['keep']>[0] & { id: string }): Promise<void> {
    const kept = connection.keep({ ...message, waitsFor: 'person' });
    try {
      await withdrawMessage(http, workId, message.id);
    } catch (error) {
      // The turn has just taken it, somebody else withdrew it, or nobody answers: it is where it was.
      console.warn('a queued message stays queued', error);
      connection.dismiss(kept);
    }
  }

  return {
    async stop() {
      const { conversation, outgoing } = state.value;
      for (const { id, state: at, text, delivery, attachments } of outgoing) {
        // Refused for now, so not with the server.
        if (at.name !== 'held') continue;
        connection.dismiss(id);
        connection.keep({ text, delivery, ...(attachments ? { attachments } : {}), waitsFor: 'person' });
      }
      const queued = (conversation?.messages ?? []).filter(({ status }) => status === 'queued');
      const takings = queued.map((message) => {
        const { id, delivery = 'queue', attachments } = message;
        return takeBack({ id, text: textOf(message), delivery, ...(attachments ? { attachments } : {}) });
      });
      const timeout = new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS));
      await Promise.race([Promise.all(takings), timeout]);
      connection.stop();
    },
  };
}
