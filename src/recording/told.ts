/**
 * Reads what a run told of itself (sandbox/paperagent.py): what it found, and which files it opened. The run may have
 * written anything there: it can say wrong things of itself, but neither break the reader nor make it keep without bound.
 */
import type { Fact } from '../domain/provenance/types.ts';
import { MOST_FACT_CHARACTERS, MOST_FACTS } from '../domain/runs.ts';
import { TOLD_BYTES } from '../sandbox/types.ts';

/** A file of the workspace as a run first opened it. */
export interface Opened {
  path: string;
  how: 'read' | 'wrote';
  scriptLine?: number;
  /** As it was then, for one that is read. */
  size?: number;
  mtimeNs?: string;
}

export interface Told {
  /** The version of Python that ran it. */
  python?: string;
  facts: Fact[];
  /** In their order. */
  opened: Opened[];
  /** Why files may have been read that are not among those; absent: none were. */
  unseen?: string;
  /** There were more facts than are kept. */
  moreFacts: boolean;
}

/** Files that are looked at; a workspace holds no more. */
const MOST_OPENED = 20_000;
const MOST_PATH_CHARACTERS = 4_096;
const NUMBER = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan|inf)$/i;

/** @param endedByItself whether the run exited: then its last word is missing only where it fell silent before */
export function readTold(bytes: Buffer, endedByItself: boolean): Told {
  const told: Told = { facts: [], opened: [], moreFacts: false };
  let ended = false;
  const unseen = (why: string) => {
    told.unseen ??= why;
  };
  // What comes after the last line end was cut off as the run was ended.
  const lines = bytes.toString('utf8').split('\n').slice(0, -1);
  for (const line of lines) {
    const item = parsed(line);
    if (item?.kind === 'fact') {
      if (told.facts.length < MOST_FACTS) told.facts.push(item.fact);
      else told.moreFacts = true;
    } else if (item?.kind === 'opened' && told.opened.length < MOST_OPENED) told.opened.push(item.opened);
    else if (item?.kind === 'python') told.python = item.version;
    else if (item?.kind === 'unseen') unseen(item.why);
    else if (item?.kind === 'more') told.moreFacts = true;
    else if (item?.kind === 'end') ended = true;
    else unseen('what it told of itself cannot be read');
  }
  if (bytes.length >= TOLD_BYTES) {
    told.moreFacts = true;
    unseen('it told more of itself than is kept');
  }
  if (endedByItself && !ended) unseen('it ended without its last word');
  return told;
}

type Item =
  | { kind: 'fact'; fact: Fact }
  | { kind: 'opened'; opened: Opened }
  | { kind: 'python'; version: string }
  | { kind: 'unseen'; why: string }
  | { kind: 'more' | 'end' };

function parsed(line: string): Item | null {
  const item = jsonList(line);
  if (item === null) return null;
  const [kind, first, second, third, fourth] = item;
  switch (kind) {
    case 'fact':
      return isText(first) && isText(second) && NUMBER.test(second)
        ? { kind, fact: factOf(first, second, third, fourth) }
        : null;
    case 'read':
    case 'wrote':
      if (!isText(first, MOST_PATH_CHARACTERS)) return null;
      return { kind: 'opened', opened: openedOf(kind, first, second, third, fourth) };
    case 'python':
      return isText(first) ? { kind, version: first } : null;
    case 'unseen':
      return { kind, why: isText(first, 2 * MOST_FACT_CHARACTERS) ? first : 'it said so' };
    case 'more':
    case 'end':
      return { kind };
    default:
      return null;
  }
}

function jsonList(line: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function isText(value: unknown, most = MOST_FACT_CHARACTERS): value is string {
  return typeof value === 'string' && value !== '' && value.length <= most;
}

function lineOf(value: unknown): { scriptLine?: number } {
  return Number.isSafeInteger(value) && (value as number) > 0 ? { scriptLine: value as number } : {};
}

function factOf(name: string, value: string, unit: unknown, line: unknown): Fact {
  return { name, value, ...(isText(unit) ? { unit } : {}), source: 'record', ...lineOf(line) };
}

function openedOf(how: Opened['how'], path: string, line: unknown, size: unknown, mtimeNs: unknown): Opened {
  const state =
    Number.isSafeInteger(size) && isText(mtimeNs) ? { size: size as number, mtimeNs: mtimeNs as string } : {};
  return { path, how, ...lineOf(line), ...state };
}
