/** What the context manager remembers between steps; made once per worker process. */
import type { CountTokens } from '../../llm/tokens.ts';
import { rememberingCounter } from './token-counter.ts';
import { createWindowKnowledge, type WindowKnowledge } from './window.ts';

export interface ContextMemory {
  /** Gives the token counter; its tables are loaded when it is first asked for. */
  counter: () => Promise<CountTokens>;
  window: WindowKnowledge;
}

export function createContextMemory(): ContextMemory {
  return { counter: rememberingCounter(), window: createWindowKnowledge() };
}
