import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { type EmbeddedSystem, startEmbeddedSystem } from '../support/faults/embedded-system.ts';
import { pointNamed } from '../support/faults/points.ts';
import { faultMatrix } from '../support/faults/report.ts';
import { strikeTurn } from '../support/faults/strike.ts';
import { ASK_MOMENTS, strikeAsk } from '../support/faults/strike-ask.ts';
import { SUPERVISOR_FAULTS } from '../support/faults/supervisor-faults.ts';

/** Each start takes seconds: the points that differ in who does what. */
const POINTS = [
  'message stored',
  'turn claimed',
  'middle delta',
  'answer stored',
  'tool running',
  'run started',
  'run output',
  'code agent answered',
  'turn completed',
].map(pointNamed);

let system: EmbeddedSystem;
const matrix = faultMatrix('supervisor', {
  rows: POINTS.map(({ name }) => name),
  columns: SUPERVISOR_FAULTS.map(({ name }) => name),
});

beforeAll(async () => {
  system = await startEmbeddedSystem();
});

afterAll(async () => {
  await system.close();
  await matrix.write();
});

describe.each(SUPERVISOR_FAULTS)('D1-D8, P4: $name', (fault) => {
  test.each(POINTS)(
    'at the point "$name"',
    async (point) => {
      await matrix.cell(point.name, fault.name, () => strikeTurn(system, point, fault));
    },
    120_000,
  );
});

const [, waits] = ASK_MOMENTS;

test.each(SUPERVISOR_FAULTS)(
  'H1: $name while a question waits for a person',
  async (fault) => {
    if (waits === undefined) throw new Error('no such moment');
    await strikeAsk(system, waits, fault);
  },
  180_000,
);
