/** What a check of a model may do, and what it says. */
import type { Usage } from '../../domain/messages.ts';
import type { ModelError } from '../errors.ts';
import type { LearnedFact } from '../profiles/learning.ts';
import type { ChatMessage, ModelAnswer, ModelEndpoint, ToolDefinition } from '../types.ts';

export type CheckName = 'text' | 'call' | 'two calls' | 'long call' | 'stop' | 'usage' | 'window' | 'cache';

export interface CheckItem {
  name: CheckName;
  /** `differs`: the agents get along with it. `untried`: it could not be found out. */
  outcome: 'works' | 'differs' | 'fails' | 'untried';
  /** What was found, in a few words; what is wrong and what to do, where something is. */
  finding: string;
  /** Of what fails. */
  error?: ModelError;
}

export interface CheckReport {
  items: CheckItem[];
  /** Milliseconds until the first word; absent where none came. */
  latencyMs?: number;
  /** What the server refused meanwhile, and how it is asked since then. */
  learned: LearnedFact[];
}

/** What a check may do. */
export interface Checking {
  endpoint: ModelEndpoint;
  /** A call of at most so many characters; `stopAtOnce`: it is ended at its first piece. @throws ModelError */
  ask(
    messages: ChatMessage[],
    how?: { tools?: ToolDefinition[]; mostCharacters?: number; stopAtOnce?: boolean },
  ): Promise<Asked>;
  /** Of the calls so far. */
  usages: Usage[];
}

export interface Asked {
  /** Absent where the call was ended by us. */
  answer?: ModelAnswer;
  /** Pieces of text that came. */
  pieces: number;
  /** Milliseconds from the end that was asked for to the call's end; of `stopAtOnce`. */
  endedMs?: number;
}
