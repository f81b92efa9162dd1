/** What puts the events of one kind of API together to an answer. Pure but for its own state. */
import type { ModelDelta, ModelToolCall, ReportedUsage, ReturnedItems } from '../types.ts';

/** What was understood of the answer so far. */
export interface AnswerSoFar {
  text: string;
  reasoning: string;
  toolCalls: ModelToolCall[];
  /** As the vendor gave it; absent where it gave none. */
  finishReason?: string;
  /** Set once the vendor has reported it. */
  usage?: ReportedUsage;
  /** What may have to go back with the next request (M8). */
  returned?: Pick<ReturnedItems, 'message' | 'calls' | 'output'>;
}

export interface AnswerAssembly {
  /** Takes one event (parsed JSON of any shape) and gives the deltas in it, in order. */
  take(event: unknown): ModelDelta[];
  /** What was held back, once nothing more comes. */
  flush(): ModelDelta[];
  /** Whether the model has said that it is done; more may come all the same (M11). */
  isFinished(): boolean;
  /** Whether the protocol itself says that this was all. */
  isOver(): boolean;
  /** A call has begun, or the model reasons: what comes next may take long (M16). */
  isBusy(): boolean;
  /** Whether a call's arguments have begun. */
  isCalling(): boolean;
  soFar(): AnswerSoFar;
}

export type Loose = Record<string, unknown>;

export function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOr(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}
