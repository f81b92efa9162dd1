/** Figures from raw samples: nothing is averaged before it is ranked. */

/** The value below which the share `p` (0 to 1) of the samples lies: the nearest rank. @throws RangeError on none */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('there are no samples');
  return value;
}

/** @throws RangeError on no samples */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
