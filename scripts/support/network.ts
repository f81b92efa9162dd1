/** A page's network, which can be cut and comes back. */
import type { Page, WebSocketRoute } from 'playwright-core';

export interface Network {
  /** As when the cable is pulled: the browser knows that it is offline, and its sockets end. */
  cut(): Promise<void>;
  restore(): Promise<void>;
}

/** To be called before the page is opened. The browser's own offline switch leaves sockets alone, also new ones. */
export async function networkOf(page: Page): Promise<Network> {
  const sockets = new Set<WebSocketRoute>();
  let isCut = false;
  await page.routeWebSocket(/\/api\/chat\/ws\//, (socket) => {
    if (isCut) {
      void socket.close();
      return;
    }
    sockets.add(socket);
    socket.connectToServer();
  });
  return {
    async cut() {
      isCut = true;
      await page.context().setOffline(true);
      await Promise.all([...sockets].map((socket) => socket.close()));
      sockets.clear();
    },
    async restore() {
      isCut = false;
      await page.context().setOffline(false);
    },
  };
}
