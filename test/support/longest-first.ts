/** The order of a run's test files: the longest first, so that none is left alone at the end while a core is idle. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

// Its types know it as CommonJS alone.
const { default: TestSequencer } = createRequire(import.meta.url)(
  '@jest/test-sequencer',
) as typeof import('@jest/test-sequencer');

type Test = Parameters<InstanceType<typeof TestSequencer>['sort']>[0][number];

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * How long files take, in seconds: those of five and more, as a quiet run had them. `node scripts/ci-results.mjs seconds`
 * makes it anew. It need not be right, only near: what is not in it is put where its kind is.
 */
export const RECORDED = fileURLToPath(new URL('./recorded-seconds.json', import.meta.url));

/** What a file of its folder takes that nobody has recorded; a new one is rather begun too early. */
const OF_KIND: readonly [folder: string, seconds: number][] = [
  ['test/unit/', 2],
  ['test/', 30],
];

/** @param file from the checkout's folder, with slashes */
export function expectedSeconds(file: string, recorded: Readonly<Record<string, number>>): number {
  return recorded[file] ?? OF_KIND.find(([folder]) => file.startsWith(folder))?.[1] ?? 0;
}

export default class LongestFirst extends TestSequencer {
  override sort(tests: Test[]): Test[] {
    const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Record<string, number>;
    const seconds = ({ path }: Test) => expectedSeconds(relative(ROOT, path).replaceAll('\\', '/'), recorded);
    // A stable sort: what takes the same stays in jest's own order.
    return [...(super.sort(tests) as Test[])].sort((a, b) => seconds(b) - seconds(a));
  }
}
