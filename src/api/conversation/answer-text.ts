/** What the MainAgent says in a turn, as one text that grows: for interfaces that know no steps (I10). */
import type { LogEvent } from '../../domain/events.ts';
import { type Message, textOf } from '../../domain/messages.ts';
import { type AnswerEnding, createAnswerEnding } from './answer-ending.ts';

export type AnswerPiece = { type: 'text' | 'reasoning'; text: string };

export interface AnswerText {
  /** What an event adds. */
  take(event: LogEvent): AnswerPiece[];
  /** Files that are there and were not as they are before the turn. */
  files(): string[];
  /** How the answer ended; undefined until it has. */
  readonly ending: AnswerEnding | undefined;
}

/** Between what is said in one step and in the next. */
const BETWEEN = '\n\n';
/** Where the text of a step that nobody finished cannot be taken back. */
const AGAIN = '\n\n*(Interrupted here; the answer begins again.)*';

export function createAnswerText(): AnswerText {
  let isEmpty = true;
  /** The step that speaks, and what was said of it. */
  let speaking: { messageId: string; said: string } | undefined;
  const changed = new Map<string, boolean>();
  const endingOf = createAnswerEnding();
  let ending: AnswerEnding | undefined;

  function say(messageId: string, text: string): AnswerPiece[] {
    if (text === '') return [];
    const isNew = speaking?.messageId !== messageId;
    if (isNew) speaking = { messageId, said: '' };
    if (speaking) speaking.said += text;
    const before = isNew && !isEmpty ? BETWEEN : '';
    isEmpty = false;
    return [{ type: 'text', text: before + text }];
  }

  /** What was said of a step that is void stays shown: whoever reads is told. */
  function supersede(messageId: string): AnswerPiece[] {
    if (speaking?.messageId !== messageId || speaking.said === '') return [];
    speaking = undefined;
    return [{ type: 'text', text: AGAIN }];
  }

  /** What its deltas did not bring: of an ended turn they are gone from the log. */
  function complete(message: Message): AnswerPiece[] {
    if (message.agent !== 'main') return [];
    const whole = textOf(message);
    const said = speaking?.messageId === message.id ? speaking.said : '';
    return whole.startsWith(said) ? say(message.id, whole.slice(said.length)) : [];
  }

  return {
    get ending() {
      return ending;
    },
    files: () => [...changed].flatMap(([path, isThere]) => (isThere ? [path] : [])).sort(),
    take(event) {
      ending = endingOf(event);
      switch (event.kind) {
        case 'text.delta':
          return event.agent === 'main' ? say(event.messageId, event.text) : [];
        case 'reasoning.delta':
          return event.agent === 'main' && event.text ? [{ type: 'reasoning', text: event.text }] : [];
        case 'step.superseded':
          return supersede(event.messageId);
        case 'message.completed':
          return complete(event.message);
        case 'tool.completed':
          for (const { path, change } of event.files) changed.set(path, change !== 'removed');
          return [];
        default:
          return [];
      }
    },
  };
}
