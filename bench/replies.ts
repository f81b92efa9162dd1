/** What the scripted model answers in benchmarks. */

import { setTimeout as delay } from 'node:timers/promises';
import { callTool, type Step, type StreamReply } from '../src/demo-model/reply.ts';
import { lastWords } from '../src/demo-model/said.ts';
import type { StrictRequest } from '../src/demo-model/strict-request.ts';

/** Every counted token has this many characters, so that a client knows how many have come from the text's length. */
export const TOKEN_LENGTH = 6;

/** The token with this number: `00017 `. */
export function countedToken(index: number): string {
  return `${String(index).padStart(TOKEN_LENGTH - 1, '0')} `;
}

/** Counted tokens at a steady rate; `onToken` is told of each the moment before it is written. */
export function pacedTokens(
  { tokens, perSecond }: { tokens: number; perSecond: number },
  onToken: (index: number, at: number) => void = () => {},
): StreamReply {
  async function* steps(): AsyncGenerator<Step> {
    const began = performance.now();
    for (let index = 0; index < tokens; index += 1) {
      // By the stream's beginning, not the token before: late timers do not add up.
      const wait = began + (index * 1000) / perSecond - performance.now();
      if (wait > 0) await delay(wait);
      onToken(index, performance.now());
      yield { type: 'text', text: countedToken(index) };
    }
  }
  return { kind: 'stream', steps: steps() };
}

/** A tool that only looks, and has little to look at. */
export function lookAround(): StreamReply {
  return { kind: 'stream', steps: callTool(0, 'call_0', 'tree', { path: null }) };
}

/** The newest thing that a person said, or the task of a code agent. */
export function lastSaid({ messages }: StrictRequest): string {
  return lastWords(messages);
}

/** How many answers the model has given since then. */
export function answersSince({ messages }: StrictRequest): number {
  const roles = messages.map(({ role }) => role);
  return roles.slice(roles.lastIndexOf('user')).filter((role) => role === 'assistant').length;
}

/** Which agent asks. */
export function isCodeAgent({ tools = [] }: StrictRequest): boolean {
  return tools.some((tool) => tool.function.name === 'run_python');
}
