/** How a run of AG-UI ends, in its words (I4). Pure. */
import type { Ask } from '../../domain/asks.ts';
import { type AnswerEnding, questionText } from '../conversation/answer-ending.ts';

/** How a run ends; `interrupt`: with a question (P21), whose answer is `resume` in the next run (requests.ts). */
export type RunOutcome =
  | { type: 'success' }
  | { type: 'cancelled' }
  | { type: 'interrupt'; interrupts: Interrupt[] };

interface Interrupt {
  id: string;
  reason: string;
  message: string;
  toolCallId?: string;
  /** JSON Schema of the answer. */
  responseSchema: object;
  expiresAt?: string;
}

export function outcomeOf(ending: AnswerEnding): RunOutcome {
  if (ending.outcome === 'asking') return { type: 'interrupt', interrupts: [toInterrupt(ending.ask)] };
  return { type: ending.outcome === 'done' ? 'success' : 'cancelled' };
}

function toInterrupt(ask: Ask): Interrupt {
  const { askId, toolCallId, question, options, default: fallback, deadline, act } = ask;
  return {
    id: askId,
    reason: act === undefined ? 'input_required' : 'confirmation',
    message: act === undefined ? question : questionText(ask),
    ...(toolCallId === undefined ? {} : { toolCallId }),
    responseSchema: {
      type: 'object',
      properties: {
        ...(act === undefined ? {} : { allow: { type: 'boolean' } }),
        text: {
          type: 'string',
          minLength: 1,
          // Other words are an answer, too.
          ...(options === undefined ? {} : { examples: options }),
          ...(fallback === undefined ? {} : { default: fallback }),
        },
      },
      required: [act === undefined ? 'text' : 'allow'],
    },
    ...(deadline === undefined ? {} : { expiresAt: deadline }),
  };
}
