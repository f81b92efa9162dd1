/** All measures, in the order in which they run. */
import type { Measure } from '../measure.ts';
import { b1 } from './b1-first-token.ts';
import { b2 } from './b2-chunk-lag.ts';
import { b3 } from './b3-ack.ts';
import { b4 } from './b4-tool-step.ts';
import { b5 } from './b5-catch-up.ts';
import { b6 } from './b6-stop.ts';
import { b7 } from './b7-kill-worker.ts';
import { b8 } from './b8-history.ts';
import { b9 } from './b9-many-works.ts';
import { b10 } from './b10-idle-works.ts';
import { b11 } from './b11-code-run.ts';
import { b12 } from './b12-pi-prompt.ts';
import { b13 } from './b13-start.ts';
import { b14 } from './b14-peers.ts';
import { b15 } from './b15-memory.ts';
import { b16 } from './b16-billed-anew.ts';
import { b19 } from './b19-trust.ts';
import { d11 } from './d11-long-work.ts';
import { exports } from './exports.ts';
import { interfaces } from './interfaces.ts';
import { restReads } from './rest-reads.ts';
import { search } from './search.ts';
import { stages } from './stages.ts';
import { zipMemory } from './zip-memory.ts';

export const measures: readonly Measure[] = [
  b1,
  b2,
  b3,
  b4,
  b5,
  b6,
  b7,
  b8,
  b9,
  b10,
  b11,
  b12,
  b13,
  b14,
  b15,
  b16,
  b19,
  d11,
  restReads,
  search,
  zipMemory,
  exports,
  interfaces,
  stages,
];
