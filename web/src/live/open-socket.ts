import type { Socket, SocketHandlers } from './link.ts';

/** A browser WebSocket behind the narrow interface that the connection drives. */
export function openSocket(workId: string, handlers: SocketHandlers): Socket {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://${location.host}/api/chat/ws/${workId}`);
  socket.onopen = () => handlers.opened();
  socket.onmessage = (event: MessageEvent<string>) => handlers.received(event.data);
  socket.onclose = (event) => handlers.closed(event.code);
  return {
    send: (text) => {
      // A frame for a closing socket is lost anyway; what must arrive is sent again after the next `ready`.
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => socket.close(),
  };
}
