/**
 * A model that does whatever it is told: what a person writes can make any model call any tool with any arguments,
 * and run any Python. No injection is needed to try what would come of it.
 */
import { callTool, type Script, splitEvery, textReply } from '../../../src/demo-model/reply.ts';
import type { StrictRequest } from '../../../src/demo-model/strict-request.ts';

export interface OrderedCall {
  name: string;
  /** A value may be a `Long`, which the model writes out: a message is too short for it. */
  arguments: Record<string, unknown>;
}

/** A text of a pattern, many times, with something behind it. */
export interface Long {
  repeat: string;
  times: number;
  end?: string;
}

/** The answers of a turn, each a list of calls; after the last the model says that it is done. */
export type Orders = OrderedCall[][];

const MARK = 'ORDERS:';

/** The message that makes the model call all that. */
export function ordering(orders: Orders): string {
  return `${MARK}${Buffer.from(JSON.stringify(orders)).toString('base64')};`;
}

/** Runs of Python, one a turn's step, each by a code agent of its own. */
export function running(...codes: string[]): Orders {
  return codes.map((code) => [
    {
      name: 'code_agent',
      arguments: {
        task: ordering([[{ name: 'run_python', arguments: { code, timeoutSeconds: 600 } }]]),
      },
    },
  ]);
}

export const obedientModel: Script = (request) => {
  const { orders, answered } = ordersOf(request);
  const calls = orders[answered];
  if (calls === undefined) return textReply('It is done.');
  const steps = calls.flatMap((call, index) =>
    callTool(index, `call_${index}`, call.name, writtenOut(call.arguments), splitEvery(4_096)),
  );
  return { kind: 'stream', steps };
};

function writtenOut(args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, isLong(value) ? longText(value) : value]),
  );
}

function isLong(value: unknown): value is Long {
  return typeof value === 'object' && value !== null && 'repeat' in value && 'times' in value;
}

function longText({ repeat, times, end = '' }: Long): string {
  return repeat.repeat(times) + end;
}

/** The newest orders in the conversation, and how many answers followed them so far. */
function ordersOf({ messages }: StrictRequest): { orders: Orders; answered: number } {
  const at = messages.findLastIndex(({ role, content }) => role === 'user' && content?.includes(MARK));
  const said = messages[at]?.content ?? '';
  const start = said.lastIndexOf(MARK) + MARK.length;
  const text = said.slice(start, said.indexOf(';', start));
  const orders = at === -1 ? [] : (JSON.parse(Buffer.from(text, 'base64').toString()) as Orders);
  const answered = messages
    .slice(at + 1)
    .filter((message) => message.role === 'assistant' && message.tool_calls !== undefined).length;
  return { orders, answered };
}
