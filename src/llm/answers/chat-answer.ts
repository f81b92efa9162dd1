/** Puts the chunks of a streamed chat completion together; knows every vendor's habit (M10, M11, M14). */
import { safeToolName } from '../safe-tool-name.ts';
import type { ModelDelta, ReportedUsage } from '../types.ts';
import { type AnswerAssembly, type AnswerSoFar, isObject, type Loose, textOr } from './assembly.ts';
import { createCallSlots } from './call-slots.ts';
import { createReturnedFields } from './returned-fields.ts';
import { createThinkTags, partAtClosingTag, type Thought } from './think-tags.ts';
import { readUsage } from './usage.ts';

/** @param isTool whether a tool of this name was offered */
export function createChatAnswer(isTool: (name: string) => boolean): AnswerAssembly {
  let text = '';
  let reasoning = '';
  let finish: string | undefined;
  let usage: ReportedUsage | undefined;
  const tags = createThinkTags();
  const calls = createCallSlots(isTool);
  const returned = createReturnedFields();

  function take(chunk: unknown): ModelDelta[] {
    if (!isObject(chunk)) return [];
    usage =
      readUsage(chunk.usage) ?? readUsage(isObject(chunk.x_groq) ? chunk.x_groq.usage : undefined) ?? usage;
    const choice = Array.isArray(chunk.choices) ? chunk.choices.find(isFirstChoice) : undefined;
    if (choice === undefined) return [];
    if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '')
      finish = choice.finish_reason;
    // A vendor that ignores `stream: true` answers with a whole `message` instead of a `delta`.
    const delta = isObject(choice.delta) ? choice.delta : choice.message;
    return isObject(delta) ? takeDelta(delta) : [];
  }

  function takeDelta(delta: Loose): ModelDelta[] {
    const deltas: ModelDelta[] = [];
    returned.takeMessage(delta);
    const content = contentOf(delta.content);
    const thought = firstText(delta.reasoning_content, delta.reasoning) + content.reasoning;
    if (thought !== '') deltas.push(...say({ reasoning: thought, text: '' }));
    const said = content.text === '' ? textOr(delta.refusal) : content.text;
    if (said !== '') {
      returned.takeContent(said);
      deltas.push(...say(tags.feed(said)));
    }
    const entries = Array.isArray(delta.tool_calls) ? delta.tool_calls : [];
    // As functions were called before there were tools.
    const legacy = isObject(delta.function_call) ? [{ index: 0, function: delta.function_call }] : [];
    for (const entry of [...entries, ...legacy]) {
      if (!isObject(entry)) continue;
      const made = calls.take(entry);
      deltas.push(...made);
      returned.takeCall(made[0]?.index ?? 0, entry);
    }
    return deltas;
  }

  function say(thought: Thought): ModelDelta[] {
    reasoning += thought.reasoning;
    text += thought.text;
    return [
      ...(thought.reasoning === '' ? [] : [{ type: 'reasoning' as const, text: thought.reasoning }]),
      ...(thought.text === '' ? [] : [{ type: 'text' as const, text: thought.text }]),
    ];
  }

  function soFar(): AnswerSoFar {
    const parted = reasoning === '' ? partAtClosingTag(text) : { reasoning, text };
    return {
      text: parted.text,
      reasoning: parted.reasoning,
      toolCalls: calls.all().map(({ name, arguments: args }) => ({
        name: safeToolName(name),
        arguments: args === '' ? '{}' : args,
      })),
      ...(finish === undefined ? {} : { finishReason: finish }),
      ...(usage === undefined ? {} : { usage }),
      ...returned.soFar(calls.all().length),
    };
  }

  return {
    take,
    flush: () => say(tags.flush()),
    isFinished: () => finish !== undefined,
    isOver: () => false,
    isBusy: () => calls.all().length > 0 || text === '',
    isCalling: () => calls.all().length > 0,
    soFar,
  };
}

/** Content is text, or a list of parts of which some are thoughts. */
function contentOf(content: unknown): Thought {
  if (!Array.isArray(content)) return { reasoning: '', text: textOr(content) };
  let text = '';
  let reasoning = '';
  for (const part of content) {
    if (!isObject(part)) continue;
    if (part.type === 'thinking') reasoning += contentOf(part.thinking).text;
    else text += textOr(part.text);
  }
  return { reasoning, text };
}

function isFirstChoice(choice: unknown): choice is Loose {
  return isObject(choice) && (choice.index === undefined || choice.index === null || choice.index === 0);
}

function firstText(...values: unknown[]): string {
  return (values.find((value) => typeof value === 'string' && value !== '') as string | undefined) ?? '';
}
