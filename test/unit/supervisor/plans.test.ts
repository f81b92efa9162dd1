import { afterEach, expect, test } from '@jest/globals';
import { FROM_BUNDLE } from '../../../src/process/node-options.mjs';
import { CHECKOUT } from '../../../src/setup/checkout.ts';
import { workerPlan } from '../../../src/supervisor/plans.ts';

const given = [...process.execArgv];

afterEach(() => {
  process.execArgv = [...given];
});

test.each([
  ['from the bundle, those of a supervisor that is so itself (npm start)', FROM_BUNDLE],
  ['from the sources, those of any other (npm run dev)', []],
])('B7: processes are run %s, and their command line ends in their source', async (_how, flags) => {
  process.execArgv = [...given, ...flags];
  const { args } = await workerPlan({}).command();
  expect(args.filter((argument) => argument.startsWith('--import='))).toEqual(flags);
  expect(args.at(-1)).toBe(`${CHECKOUT}/src/main/worker.ts`);
});
