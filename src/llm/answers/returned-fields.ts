/** The fields of an answer that may have to go back with the next request as they came (M8). */
import { type AnswerSoFar, isObject, type Loose } from './assembly.ts';

/** What is kept of one answer, in UTF-16 code units of its JSON; more is no signature any more. */
const MOST_KEPT = 4 * 1024 * 1024;

export interface ReturnedFields {
  takeMessage(delta: Loose): void;
  /** The content as it came, its thinking included. */
  takeContent(text: string): void;
  takeCall(index: number, entry: Loose): void;
  soFar(calls: number): Pick<AnswerSoFar, 'returned'>;
}

export function createReturnedFields(): ReturnedFields {
  const message: Loose = {};
  const calls: Loose[] = [];
  const details: Loose[] = [];
  let content = '';
  let kept = 0;

  /** Whether there is room for this, which is counted. */
  function keep(value: unknown): boolean {
    kept += typeof value === 'string' ? value.length : JSON.stringify(value).length;
    return kept <= MOST_KEPT;
  }

  return {
    takeMessage(delta) {
      for (const field of ['reasoning_content', 'reasoning'] as const) {
        const text = delta[field];
        if (typeof text === 'string' && keep(text)) message[field] = `${message[field] ?? ''}${text}`;
      }
      if (isObject(delta.extra_content) && keep(delta.extra_content))
        message.extra_content = delta.extra_content;
      for (const detail of Array.isArray(delta.reasoning_details) ? delta.reasoning_details : []) {
        if (isObject(detail) && keep(detail)) addDetail(details, detail);
      }
    },
    takeContent(text) {
      if (keep(text)) content += text;
    },
    takeCall(index, entry) {
      if (isObject(entry.extra_content) && keep(entry.extra_content)) {
        calls[index] = { extra_content: entry.extra_content };
      }
    },
    soFar(count) {
      const fields: Loose = {
        ...message,
        ...(details.length === 0 ? {} : { reasoning_details: details }),
        // Only where it holds what the text that is shown does not.
        ...(/^\s*<think|<\/think/.test(content) ? { content } : {}),
      };
      const ofCalls = Array.from({ length: count }, (_, index) => calls[index] ?? null);
      if (Object.keys(fields).length === 0 && ofCalls.every((call) => call === null)) return {};
      return { returned: { message: fields, calls: ofCalls } };
    },
  };
}

/** A detail that goes on with the last one of its index adds its texts to it; another stands behind it. */
function addDetail(details: Loose[], detail: Loose): void {
  const last = details.at(-1);
  if (last === undefined || last.type !== detail.type || last.index !== detail.index) {
    details.push({ ...detail });
    return;
  }
  for (const [field, value] of Object.entries(detail)) {
    const isText = ['text', 'summary', 'data'].includes(field) && typeof value === 'string';
    if (isText && typeof last[field] === 'string') last[field] = last[field] + value;
    else if (value !== null) last[field] = value;
  }
}
