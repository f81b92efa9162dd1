/** A conversation in an order of roles that every server takes (M2): pure, and the same for the same conversation. */
import type { ChatMessage } from '../types.ts';

/** What we say in the model's place between a tool's result and a person's words. */
export const BRIDGE = 'I have read these results.';
/** Opens a conversation whose beginning is not here any more, and asks to go on where an answer stood last. */
export const GO_ON = 'Go on from here.';

export interface OrderRules {
  userAfterTool: 'bridge' | 'allowed';
  joinUsers: boolean;
}

type Assistant = Extract<ChatMessage, { role: 'assistant' }>;

/**
 * One system message, first; then a user; no two users and no two answers in a row; no user straight behind a tool's
 * result; no answer that says and calls nothing; each call with its result; a user or a result last.
 */
export function inOrder(messages: ChatMessage[], rules: OrderRules): ChatMessage[] {
  const system = messages
    .filter((message) => message.role === 'system')
    .map((message) => message.content)
    .join('\n\n');
  const ordered: ChatMessage[] = [];
  for (const message of withoutStrays(messages)) add(ordered, message, rules);
  if (ordered[0]?.role !== 'user') ordered.unshift(goOn());
  if (ordered.at(-1)?.role === 'assistant') ordered.push(goOn());
  return system === '' ? ordered : [{ role: 'system', content: system }, ...ordered];
}

function add(ordered: ChatMessage[], message: ChatMessage, rules: OrderRules): void {
  const last = ordered.at(-1);
  if (message.role === 'user' && last?.role === 'user' && rules.joinUsers) {
    ordered[ordered.length - 1] = { role: 'user', parts: [...last.parts, ...message.parts] };
    return;
  }
  if (message.role === 'assistant' && last?.role === 'assistant') {
    ordered[ordered.length - 1] = joined(last, message);
    return;
  }
  if (message.role === 'user' && last?.role === 'tool' && rules.userAfterTool === 'bridge') {
    ordered.push({ role: 'assistant', content: BRIDGE });
  }
  ordered.push(message);
}

/** Two answers as one; only the first can be without calls here, for results stand behind calls. */
function joined(first: Assistant, second: Assistant): Assistant {
  const texts = [first.content, second.content].filter((text) => text !== null && !isBlank(text));
  const { returned } = second;
  // The content as it came is the second's alone: with it the first's words would be lost.
  const { content: _, ...fields } = returned?.message ?? {};
  return {
    ...second,
    content: texts.length === 0 ? null : texts.join('\n\n'),
    ...(returned === undefined ? {} : { returned: { ...returned, message: fields } }),
  };
}

/** Without answers that are empty, calls without a result, results without a call, and users who say nothing. */
function withoutStrays(messages: ChatMessage[]): ChatMessage[] {
  const kept: ChatMessage[] = [];
  for (let at = 0; at < messages.length; at += 1) {
    const message = messages[at] as ChatMessage;
    if (message.role === 'user' && !message.parts.every(({ text }) => isBlank(text))) kept.push(message);
    if (message.role !== 'assistant') continue;
    const calls = message.tool_calls ?? [];
    const results = new Map<string, Extract<ChatMessage, { role: 'tool' }>>();
    for (let next = messages[at + 1]; next?.role === 'tool'; next = messages[at + 1]) {
      if (!results.has(next.tool_call_id)) results.set(next.tool_call_id, next);
      at += 1;
    }
    if (calls.length === 0) {
      if (message.content !== null && !isBlank(message.content)) kept.push(message);
      continue;
    }
    kept.push(message);
    for (const { id } of calls) {
      kept.push({ role: 'tool', tool_call_id: id, content: results.get(id)?.content ?? '' });
    }
  }
  return kept;
}

/** Whether a text says nothing: some servers refuse white space alone as they refuse what is empty. */
export function isBlank(text: string): boolean {
  return text.trim() === '';
}

function goOn(): ChatMessage {
  return { role: 'user', parts: [{ type: 'told', name: 'instruction', text: GO_ON }] };
}
