/** The tool calls of one streamed answer, put together from pieces whose index, id and name vendors give as they like. */
import { safeToolName } from '../safe-tool-name.ts';
import type { ModelDelta } from '../types.ts';
import { isObject, type Loose, textOr } from './assembly.ts';
import { createJsonScan, type JsonScan } from './json-scan.ts';

interface Slot {
  at: number;
  id: string | undefined;
  name: string;
  arguments: string;
  scan: JsonScan;
}

export interface CallSlots {
  /** Takes one entry of `tool_calls`; gives at least one delta. */
  take(entry: Loose): Extract<ModelDelta, { type: 'tool' }>[];
  all(): readonly { name: string; arguments: string }[];
}

/** @param isTool whether a tool of this name was offered: tells a name in pieces from two names */
export function createCallSlots(isTool: (name: string) => boolean): CallSlots {
  const slots: Slot[] = [];
  /** The vendor's index → the slot that it means now: some give two calls one index. */
  const byIndex = new Map<number, Slot>();

  function open(id: string | undefined, name: string): Slot {
    const slot = { at: slots.length, id, name, arguments: '', scan: createJsonScan() };
    slots.push(slot);
    return slot;
  }

  function take(entry: Loose): Extract<ModelDelta, { type: 'tool' }>[] {
    const id = textOr(entry.id) === '' ? undefined : textOr(entry.id);
    const index = typeof entry.index === 'number' ? entry.index : undefined;
    const made = isObject(entry.function) ? entry.function : {};
    const name = textOr(made.name);
    const known = findSlot(id, index, name);
    let slot = known ?? open(id, name);
    let isNamed = known === undefined;
    if (known !== undefined && name !== '' && goesOnName(known, name)) {
      known.name += name;
      isNamed = true;
    }
    slot.id ??= id;
    if (index !== undefined) byIndex.set(index, slot);
    const deltas: Extract<ModelDelta, { type: 'tool' }>[] = [];
    let rest = typeof made.arguments === 'string' ? made.arguments : asJson(made.arguments);
    do {
      const next = afterWhole(slot, rest);
      if (next !== slot) {
        slot = next;
        isNamed = true;
        if (index !== undefined) byIndex.set(index, slot);
      }
      const end = slot.scan.isWhole() ? undefined : slot.scan.feed(rest);
      const own = end === undefined ? rest : rest.slice(0, end);
      slot.arguments += own;
      deltas.push({
        type: 'tool',
        index: slot.at,
        ...(isNamed && slot.name !== '' ? { name: safeToolName(slot.name) } : {}),
        text: own,
      });
      isNamed = false;
      rest = rest.slice(own.length);
    } while (rest !== '');
    return deltas;
  }

  /** Where a further object goes that comes behind a whole one: a call of its own, or in the place of `{}`. */
  function afterWhole(slot: Slot, rest: string): Slot {
    if (!slot.scan.isWhole() || !/^\s*\{/.test(rest)) return slot;
    if (!/^\s*\{\s*\}\s*$/.test(slot.arguments)) return open(undefined, slot.name);
    slot.arguments = '';
    slot.scan = createJsonScan();
    return slot;
  }

  function goesOnName(slot: Slot, name: string): boolean {
    if (slot.name === '') return true;
    return slot.arguments === '' && slot.name !== name && !isTool(slot.name) && !isTool(name);
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
    if (goesOnName(candidate, name)) return candidate;
    // With a name, and behind whole arguments, it is a new call. Before their end it is an echo of the call in
    // progress: some repeat the name in each piece, and some make a new id for each.
    if (candidate.scan.isWhole()) return undefined;
    if (candidate.arguments === '')
      return id === undefined && candidate.name === name ? candidate : undefined;
    return index !== undefined || (id === undefined && candidate.name === name) ? candidate : undefined;
  }

  return { take, all: () => slots };
}

/** Some local servers send arguments as an object instead of its text. */
function asJson(value: unknown): string {
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
