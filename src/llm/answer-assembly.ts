/** Puts the chunks of a streamed answer together. Pure but for its own state; knows every vendor's habit. */
import type { Usage } from '../domain/messages.ts';
import { safeToolName } from './safe-tool-name.ts';
import type { FinishReason, ModelDelta, ModelToolCall } from './types.ts';

/** What was understood of the answer so far. */
export interface AnswerSoFar {
  text: string;
  reasoning: string;
  toolCalls: ModelToolCall[];
  /** Set once the model has said that it is done. */
  finishReason?: FinishReason;
  /** Set once the vendor has reported it. */
  usage?: Usage;
}

export interface AnswerAssembly {
  /** Takes one chunk (parsed JSON of any shape) and gives the deltas in it, in order. */
  take(chunk: unknown): ModelDelta[];
  /** Whether the model has said that it is done. */
  isFinished(): boolean;
  soFar(): AnswerSoFar;
}

interface Slot {
  id: string | undefined;
  name: string;
  arguments: string;
}

type Loose = Record<string, unknown>;

export function createAnswerAssembly(): AnswerAssembly {
  let text = '';
  let reasoning = '';
  let finish: string | undefined;
  let usage: Usage | undefined;
  const slots: Slot[] = [];
  /** The vendor's index → the slot that it means now: some give two calls one index. */
  const byIndex = new Map<number, Slot>();

  function take(chunk: unknown): ModelDelta[] {
    if (!isObject(chunk)) return [];
    usage = readUsage(chunk.usage) ?? readUsage(isObject(chunk.x_groq) ? chunk.x_groq.usage : null) ?? usage;
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
    const thought = firstText(delta.reasoning_content, delta.reasoning);
    if (thought !== '') {
      reasoning += thought;
      deltas.push({ type: 'reasoning', text: thought });
    }
    const said = firstText(delta.content, delta.refusal);
    if (said !== '') {
      text += said;
      deltas.push({ type: 'text', text: said });
    }
    for (const entry of Array.isArray(delta.tool_calls) ? delta.tool_calls : []) {
      if (isObject(entry)) deltas.push(takeToolCall(entry));
    }
    return deltas;
  }

  function takeToolCall(entry: Loose): ModelDelta {
    const id = typeof entry.id === 'string' && entry.id !== '' ? entry.id : undefined;
    const index = typeof entry.index === 'number' ? entry.index : undefined;
    const made = isObject(entry.function) ? entry.function : {};
    const name = typeof made.name === 'string' ? made.name : '';
    const piece = typeof made.arguments === 'string' ? made.arguments : asJson(made.arguments);

    let slot = findSlot(id, index, name);
    const isNew = slot === undefined;
    if (slot === undefined) {
      slot = { id, name, arguments: '' };
      slots.push(slot);
    }
    if (index !== undefined) byIndex.set(index, slot);
    slot.id ??= id;
    const named = isNew || (slot.name === '' && name !== '');
    slot.name ||= name;
    slot.arguments += piece;
    return {
      type: 'tool',
      index: slots.indexOf(slot),
      ...(named && slot.name !== '' ? { name: safeToolName(slot.name) } : {}),
      text: piece,
    };
  }

  /** The call that a piece goes on with; undefined when it begins a new one. */
  function findSlot(id: string | undefined, index: number | undefined, name: string): Slot | undefined {
    // An id that comes again under another index, with a name, is a repeated id: the index tells the calls apart.
    const isOther = (slot: Slot) =>
      index !== undefined &&
      name !== '' &&
      [...byIndex].some(([at, known]) => known === slot && at !== index);
    const byId = id === undefined ? undefined : slots.find((slot) => slot.id === id && !isOther(slot));
    if (byId !== undefined) return byId;
    const candidate = index === undefined ? slots.at(-1) : byIndex.get(index);
    // A piece with neither index nor name can only go on; an unknown index without a name is a stray one.
    if (name === '') return candidate ?? (index === undefined || id !== undefined ? undefined : slots.at(-1));
    if (candidate === undefined) return undefined;
    if (candidate.name === '') return candidate;
    // A new id with a name is a new call. Without ids, the same name may be an echo of the call in progress
    // (some repeat it in each piece), unless that call's arguments are complete already.
    if (id !== undefined && candidate.id !== undefined) return undefined;
    return candidate.name === name && !isCompleteJson(candidate.arguments) ? candidate : undefined;
  }

  function soFar(): AnswerSoFar {
    const toolCalls = slots.map((slot) => ({
      name: safeToolName(slot.name),
      arguments: slot.arguments === '' ? '{}' : slot.arguments,
    }));
    return {
      text,
      reasoning,
      toolCalls,
      ...(finish === undefined ? {} : { finishReason: closedReason(finish, toolCalls.length > 0) }),
      ...(usage === undefined ? {} : { usage }),
    };
  }

  return { take, isFinished: () => finish !== undefined, soFar };
}

/** Vendors invent reasons, and some say `stop` after tool calls: what counts is whether there is a call. */
function closedReason(reason: string, hasCalls: boolean): FinishReason {
  if (reason === 'length' || reason === 'content_filter') return reason;
  return hasCalls ? 'tool_calls' : 'stop';
}

function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const { prompt_tokens: input, completion_tokens: output } = value;
  if (typeof input !== 'number' || typeof output !== 'number' || input + output <= 0) return undefined;
  return { inputTokens: input, outputTokens: output };
}

function isFirstChoice(choice: unknown): choice is Loose {
  return isObject(choice) && (choice.index === undefined || choice.index === null || choice.index === 0);
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstText(...values: unknown[]): string {
  return (values.find((value) => typeof value === 'string' && value !== '') as string | undefined) ?? '';
}

/** Some local servers send arguments as an object instead of its text. */
function asJson(value: unknown): string {
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

function isCompleteJson(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
