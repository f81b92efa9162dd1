/** What two drawings of a text have in common. Pure. */

/** Blocks from `from` up to `to` of the newer text are not the older one's. */
export interface ChangedBlocks {
  from: number;
  to: number;
}

/** What lies between the blocks at the beginning and at the end that are the same; null where nothing is new. */
export function changedBlocks(before: readonly string[], now: readonly string[]): ChangedBlocks | null {
  const { head, tail } = common(before, now);
  return head + tail === now.length ? null : { from: head, to: now.length - tail };
}

/** How many blocks are the same at the beginning, and how many others at the end. */
function common(before: readonly string[], now: readonly string[]): { head: number; tail: number } {
  const shorter = Math.min(before.length, now.length);
  let head = 0;
  while (head < shorter && before[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  return { head, tail };
}

/** The blocks of a text, each with a name that it keeps while text before it comes and goes. */
export interface NamedBlocks {
  blocks: readonly string[];
  names: readonly number[];
}

/** Names for `blocks`: those of the blocks that stayed; between them, in order, those of the ones that changed. */
export function namedBlocks(before: NamedBlocks | undefined, blocks: readonly string[]): NamedBlocks {
  const old = before ?? { blocks: [], names: [] };
  const { head, tail } = common(old.blocks, blocks);
  const between = old.names.slice(head, old.names.length - tail);
  let next = old.names.reduce((most, name) => Math.max(most, name + 1), 0);
  const names = blocks.slice(head, blocks.length - tail).map((_, index) => between[index] ?? next++);
  const end = old.names.length;
  return { blocks, names: [...old.names.slice(0, head), ...names, ...old.names.slice(end - tail, end)] };
}
