import type { InjectionKey, Ref } from 'vue';
import type { Thread } from './thread.ts';
import type { TurnNotes } from './turn-notes.ts';

/** What a tool card, however deeply nested, finds of the conversation around it. */
export interface ThreadContext {
  thread: Readonly<Ref<Thread>>;
  notes: Pick<TurnNotes, 'startedAt' | 'here' | 'thoughtFor'>;
  /** Shows a file of the workspace. */
  open(path: string): void;
  /** A card was opened or closed by hand. */
  toggled(): void;
}

export const threadKey: InjectionKey<ThreadContext> = Symbol('thread');
