/** Random conversations of an agent: turns of steps with calls, small texts beside very long ones. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Message, Part } from '../../../src/domain/messages.ts';

const words = fc.string({ unit: fc.constantFrom('a', 'é', '方', ' ', '😀', '\n', '"'), maxLength: 60 });
const texts = fc
  .tuple(words, fc.constantFrom(1, 1, 1, 40, 900))
  .map(([text, times]) => `x${text}`.repeat(times));

const calls = fc.array(fc.tuple(texts, texts), { maxLength: 3 });
const answers = fc.tuple(fc.option(texts), calls);
const turns = fc.record({
  said: texts,
  answers: fc.array(answers, { maxLength: 4 }),
  steer: fc.option(texts),
});

/** The MainAgent's conversation: each turn begins with a person's words, and the newest is not answered yet. */
export const conversations: fc.Arbitrary<Message[]> = fc
  .array(turns, { minLength: 1, maxLength: 12 })
  .map((list) =>
    list.flatMap(({ said, answers: steps, steer }, index) => {
      const turn = index + 1;
      return [
        userMessage(turn, said),
        ...steps.map(([text, made]) => answerMessage(turn, text, made)),
        ...(steer === null ? [] : [userMessage(turn, steer)]),
      ];
    }),
  );

export function userMessage(turn: number, text: string): Message {
  return message(turn, 'user', [{ type: 'text', text }]);
}

/** `made`: each call's argument and its result. */
export function answerMessage(turn: number, text: string | null, made: [string, string][]): Message {
  const tools = made.map(
    ([argument, result]): Part => ({
      type: 'tool',
      toolCallId: randomUUID(),
      name: 'writemd',
      arguments: { file: 'paper.md', content: argument },
      state: 'ok',
      result,
    }),
  );
  return message(turn, 'assistant', [...(text === null ? [] : [{ type: 'text' as const, text }]), ...tools]);
}

function message(turn: number, role: Message['role'], parts: Part[]): Message {
  return { id: randomUUID(), turn, role, status: 'complete', createdAt: '2026-01-01T00:00:00.000Z', parts };
}
