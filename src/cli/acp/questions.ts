/**
 * What an agent asks, as the editor can put it (I8): choices as a request for permission, words as a form where the editor has
 * forms. Where it has neither, the question ends the answer, and what the person says next answers it. Pure.
 */
import type {
  CreateElicitationRequest,
  PermissionOption,
  PermissionOptionKind,
} from '@agentclientprotocol/sdk';
import { type Ask, fenced, shownCall } from '../../domain/asks.ts';

export type Asking =
  | { as: 'permission'; options: PermissionOption[]; title: string; shown: string | undefined }
  | { as: 'form'; request: CreateElicitationRequest }
  | { as: 'words'; text: string };

export function askingOf(ask: Ask, sessionId: string, hasForms: boolean): Asking {
  const { question, options = [], act } = ask;
  if (act === undefined && hasForms)
    return {
      as: 'form',
      request: {
        mode: 'form',
        sessionId,
        message: question,
        requestedSchema: {
          type: 'object',
          properties: {
            text: {
              type: 'string',
              title: 'Your answer',
              ...(options.length > 0 ? { description: options.join(' / ') } : {}),
              ...(ask.default === undefined ? {} : { default: ask.default }),
            },
          },
          required: ['text'],
        },
      },
    };
  if (options.length > 0)
    return {
      as: 'permission',
      title: question,
      // All of what would be done, as it would be.
      shown: shownCall(act),
      options: options.map((name, index) => ({ optionId: String(index), name, kind: kindOf(name, act) })),
    };
  return { as: 'words', text: `\n\n${question}` };
}

/** A question as words, with what would be done and the answers to choose from. */
export function askWords({ question, options = [], act }: Ask): string {
  const call = shownCall(act);
  const shown = call === undefined ? '' : `\n\n${fenced(call)}`;
  const choice = options.length === 0 ? '' : `\n\n${options.map((option) => `- ${option}`).join('\n')}`;
  return `\n\n${question}${shown}${choice}`;
}

/** Only of what a question would allow it is known which of its answers says no. */
function kindOf(option: string, act: Ask['act']): PermissionOptionKind {
  if (act === undefined) return 'allow_once';
  if (/^(?:do not|don't|no|stop|end)\b/i.test(option)) return 'reject_once';
  return /\bfor this work\b/i.test(option) ? 'allow_always' : 'allow_once';
}
