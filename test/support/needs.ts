/**
 * What a test may need of the machine beyond Node and npm. Global set-up looks for each once a run (find-needs.ts).
 * Where one is missing, what needs it is skipped with the reason in its title; where it is required it fails.
 */
import { describe, test } from '@jest/globals';
import { type FoundNeeds, NEEDS_VARIABLE, type Need } from './found-needs.ts';

type Body = NonNullable<Parameters<typeof test>[1]>;

/** As much of jest's `test` as can be had for one that may be skipped. */
export type TestWith = ((name: string, body: Body, ms?: number) => void) & Pick<typeof test, 'each'>;

/** Jest's `test`, for what needs all of these. */
export function testWith(...needs: Need[]): TestWith {
  const lack = firstLack(needs);
  if (lack === null) return test as unknown as TestWith;
  if (lack.required) {
    const fail = () => Promise.reject(new Error(lack.reason));
    return Object.assign((name: string) => test(name, fail), {
      each: (cases: readonly unknown[]) => (name: unknown) => test.each([...cases])(`${name}`, fail),
    });
  }
  const title = (name: unknown) => `${name} (skipped: ${lack.reason})`;
  return Object.assign((name: string, body: Body) => test.skip(title(name), body), {
    each: (cases: readonly unknown[]) => (name: unknown) => test.skip.each([...cases])(title(name), () => {}),
  });
}

/** Jest's `describe`, for what needs all of these. */
export function describeWith(...needs: Need[]): (name: string, body: () => void) => void {
  const lack = firstLack(needs);
  if (lack === null) return describe;
  if (!lack.required) return (name, body) => describe.skip(`${name} (skipped: ${lack.reason})`, body);
  return (name) => {
    test(`${name}: everything that it needs is there`, () => {
      throw new Error(lack.reason);
    });
  };
}

function firstLack(needs: readonly Need[]): { reason: string; required: boolean } | null {
  const found = JSON.parse(process.env[NEEDS_VARIABLE] ?? '{}') as FoundNeeds;
  for (const need of needs) {
    const state = found[need];
    if (state === undefined) throw new Error(`"${need}" is not looked for where only test/unit is run`);
    if (state.missing !== null) return { reason: state.missing, required: state.required };
  }
  return null;
}
