/** How many blocks are looked at, laid out and left alone together. */
export const RUN = 16;

/** `blocks` in runs; those in which nothing changed are the ones of `previous`, so that nobody looks at them again. */
export function runsOf(blocks: readonly string[], previous: readonly string[][]): string[][] {
  return Array.from({ length: Math.ceil(blocks.length / RUN) }, (_, at) => {
    const run = blocks.slice(at * RUN, (at + 1) * RUN);
    const old = previous[at];
    const same = old?.length === run.length && run.every((block, index) => block === old[index]);
    return same && old !== undefined ? old : run;
  });
}
