/**
 * What a server lists, taken aside before the client looks at it: that refuses a whole list because of one tool whose schema is
 * not as MCP has it (I6). What of it is offered is decided tool by tool (src/domain/offered-tools.ts).
 */
import type { Transport } from '@modelcontextprotocol/client';
import type { ListedTool } from '../domain/offered-tools.ts';

/** Of one server, however many it lists. */
export const MOST_LISTED = 500;

/** The tools of the answers to come on a connected transport, as they stand there, MOST_LISTED at most; the client finds none. */
export function listAside(transport: Transport): ListedTool[] {
  const aside: ListedTool[] = [];
  const given = transport.onmessage;
  transport.onmessage = (message, extra) => {
    const result = 'result' in message ? (message.result as { tools?: unknown }) : {};
    if (!Array.isArray(result.tools)) return given?.(message, extra);
    aside.push(...result.tools.slice(0, MOST_LISTED - aside.length));
    given?.({ ...message, result: { ...result, tools: [] } } as typeof message, extra);
  };
  return aside;
}
