/** What a measure is, and what it finds. */

import type { BenchSystem } from '../scripts/support/own-system.ts';
import type { ScriptedModel } from '../src/demo-model/server.ts';

export interface Figure {
  what: string;
  value: number;
  unit:
    | 'ms'
    | 's'
    | 'MB'
    | '%'
    | 'KB'
    | 'events'
    | 'events/s'
    | 'requests/s'
    | 'tokens'
    | 'x'
    | 'reads'
    | 'rows'
    | 'commits'
    | 'runs';
  /** The most (or, for a rate, the least) that it may be; absent where it only goes with another figure. */
  reach?: { most: number } | { least: number };
  /** What a reader must know of how it came about. */
  note?: string;
}

export interface Bench {
  system: BenchSystem;
  /** The model behind the system, in this process: what it does and when is known to the microsecond. */
  model: ScriptedModel;
  /** How many times to do something: `full`, or `quick` where the run is only to show that it works. */
  times(full: number, quick: number): number;
  /** A line for the person who waits. */
  say(line: string): void;
}

export interface Measure {
  /** B1 to B16, B19 and D11 of docs/benchmarks.md, or a word where none of them is meant. */
  id: string;
  run(bench: Bench): Promise<Figure[]>;
}

export function isMet({ value, reach }: Figure): boolean | undefined {
  if (reach === undefined) return undefined;
  return 'most' in reach ? value <= reach.most : value >= reach.least;
}
