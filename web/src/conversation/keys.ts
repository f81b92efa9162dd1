import type { InjectionKey, Ref } from 'vue';
import type { Thread } from './thread.ts';

/** What a tool card, however deeply nested, finds of the conversation around it. */
export interface ThreadContext {
  thread: Readonly<Ref<Thread>>;
  /** When this page saw the call begin (milliseconds since the epoch); undefined for calls older than the page. */
  startedAt(toolCallId: string): number | undefined;
  /** Shows a file of the workspace. */
  open(path: string): void;
  /** A card was opened or closed by hand. */
  toggled(): void;
}

export const threadKey: InjectionKey<ThreadContext> = Symbol('thread');
