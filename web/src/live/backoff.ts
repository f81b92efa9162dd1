/** How long to wait before the next connection, in milliseconds: doubling to a cap, half of it by chance. */
export function backoffMs(attempt: number, random: () => number): number {
  const whole = Math.min(15_000, 300 * 2 ** attempt);
  return whole / 2 + (random() * whole) / 2;
}
