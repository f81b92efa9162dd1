import { useEventListener } from '@vueuse/core';
import { onScopeDispose, type ShallowRef, shallowRef } from 'vue';
import type { LogEvent } from '../../../src/domain/events.ts';
import { browserStore } from '../shell/browser-store.ts';
import { onNextFrame } from '../shell/next-frame.ts';
import { useSession } from '../shell/use-session.ts';
import { type ConnectionState, WorkConnection } from './connection.ts';
import { openSocket } from './open-socket.ts';
import { storedOutbox } from './outbox.ts';
import { randomId } from './random-id.ts';

export interface LiveWork {
  state: Readonly<ShallowRef<ConnectionState>>;
  connection: WorkConnection;
}

/**
 * A Work's connection for as long as the component lives. Many events may come within one frame of the
 * display; the page is drawn once for all of them.
 */
export function useWorkConnection(workId: string, applied: (event: LogEvent | null) => void): LiveWork {
  const { keeper } = useSession();
  let pending = false;
  let over = false;

  function draw(): void {
    pending = false;
    if (!over) state.value = connection.state();
  }

  function changed(): void {
    if (pending) return;
    pending = true;
    // On a hidden page too: its title and its live region should go on.
    onNextFrame(draw);
  }

  const connection = new WorkConnection({
    open: (handlers) => openSocket(workId, handlers),
    async credential(refused) {
      const session = await (refused === undefined ? keeper.fresh() : keeper.renew(refused));
      return { token: session.accessToken, expiresAt: session.expiresAt };
    },
    outbox: storedOutbox(browserStore, workId),
    newId: randomId,
    now: Date.now,
    random: Math.random,
    after(ms, fire) {
      const timer = setTimeout(fire, ms);
      return () => clearTimeout(timer);
    },
    changed,
    applied,
  });
  const state = shallowRef(connection.state());

  // A socket may look open long after the network has gone: it is asked at once.
  useEventListener(window, ['online', 'offline'], () => connection.retryNow());
  useEventListener(document, 'visibilitychange', () => {
    if (!document.hidden) connection.retryNow();
  });
  onScopeDispose(() => {
    over = true;
    connection.close();
  });
  return { state, connection };
}
