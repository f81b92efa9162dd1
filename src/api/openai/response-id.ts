/** The id of an answer of the Responses API: its Work's and its message's, so that nothing has to be kept for it. */
import type { Placed } from '../conversation/await-answer.ts';

const PREFIX = 'resp_';

export function responseIdOf({ workId, messageId }: Placed): string {
  return `${PREFIX}${workId}${messageId}`.replaceAll('-', '');
}

/** Undefined for anything but an id of ours. */
export function readResponseId(id: string): Placed | undefined {
  const hex = /^resp_([0-9a-f]{64})$/.exec(id)?.[1];
  return hex === undefined
    ? undefined
    : { workId: dashed(hex.slice(0, 32)), messageId: dashed(hex.slice(32)) };
}

function dashed(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
