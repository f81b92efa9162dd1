/**
 * Tool calls that a server has left in the text (M13). Where they parse and are the answer's end they are calls; where
 * they do not, the server has to be told to parse them.
 */
import type { ModelToolCall } from '../types.ts';
import { isObject } from './assembly.ts';
import { isInCode } from './think-tags.ts';

export type TextCalls =
  /** The text has none. */
  | { kind: 'none' }
  | { kind: 'calls'; text: string; calls: ModelToolCall[] }
  /** Something that looks like a call and cannot be read as one. */
  | { kind: 'unreadable' };

const BEGINNING = /(?:^|\n)[ \t]*(?=<tool_call>|<function=|\[TOOL_CALLS\])/;

/** @param isTool whether a tool of this name was offered */
export function callsInText(text: string, isTool: (name: string) => boolean): TextCalls {
  const begin = BEGINNING.exec(text);
  if (begin === null) return { kind: 'none' };
  const before = text.slice(0, begin.index);
  if (isInCode(`${before}\n`)) return { kind: 'none' };
  const calls = readAll(text.slice(begin.index).trim());
  if (calls === undefined || calls.some((call) => !isTool(call.name))) return { kind: 'unreadable' };
  return { kind: 'calls', text: before.trimEnd(), calls };
}

/** All calls of a text that holds nothing else; undefined where it does. */
function readAll(text: string): ModelToolCall[] | undefined {
  if (text.startsWith('[TOOL_CALLS]')) return mistral(text.slice('[TOOL_CALLS]'.length).trim());
  const calls: ModelToolCall[] = [];
  for (let rest = text; rest !== ''; ) {
    const block =
      /^<tool_call>([\s\S]*?)(?:<\/tool_call>|$)\s*/.exec(rest) ??
      /^(<function=[\s\S]*?<\/function>)\s*/.exec(rest);
    const call = block === null ? undefined : one((block[1] ?? '').trim());
    if (block === null || call === undefined) return undefined;
    calls.push(call);
    rest = rest.slice(block[0].length);
  }
  return calls.length === 0 ? undefined : calls;
}

function one(text: string): ModelToolCall | undefined {
  const named = /^<function=([^>\s]+)>([\s\S]*?)(?:<\/function>)?$/.exec(text);
  if (named === null) return fromObject(parse(text));
  const [, name = '', inside = ''] = named;
  const parameters = [...inside.matchAll(/<parameter=([^>\s]+)>\n?([\s\S]*?)\n?<\/parameter>/g)];
  if (parameters.length > 0) {
    const given = parameters.map(([, key = '', value = '']) => [key, value]);
    return { name, arguments: JSON.stringify(Object.fromEntries(given)) };
  }
  if (inside.trim() === '') return { name, arguments: '{}' };
  return isObject(parse(inside)) ? { name, arguments: inside.trim() } : undefined;
}

/** `[{"name", "arguments"}, …]`, or `name[ARGS]{…}`, or `name{…}`. */
function mistral(text: string): ModelToolCall[] | undefined {
  const list = parse(text);
  if (Array.isArray(list)) {
    const calls = list.map(fromObject).filter((call) => call !== undefined);
    return calls.length === list.length && calls.length > 0 ? calls : undefined;
  }
  const named = /^([\w-]+)(?:\[CALL_ID\]\w+)?(?:\[ARGS\])?\s*(\{[\s\S]*\})$/.exec(text);
  if (named === null || !isObject(parse(named[2] ?? ''))) return undefined;
  return [{ name: named[1] ?? '', arguments: named[2] ?? '' }];
}

function fromObject(value: unknown): ModelToolCall | undefined {
  if (!isObject(value) || typeof value.name !== 'string') return undefined;
  const args = value.arguments ?? value.parameters ?? {};
  return { name: value.name, arguments: typeof args === 'string' ? args : JSON.stringify(args) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The caller says what a text that is no JSON means.
  }
}
