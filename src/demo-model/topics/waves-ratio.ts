/** By how much the waves are louder at 45 degrees than at 90: the one number that no run prints at first (T11). */
import type { Measurements } from '../measurements.ts';

/** Worked out from the printed table, to two decimals; undefined where the run printed no such rows. */
export function ratioByHand(m: Measurements): string | undefined {
  const at = (degrees: string) => Number(m.rows('row').find((row) => row.phase_deg === degrees)?.measured);
  const ratio = at('45') / at('90');
  return Number.isFinite(ratio) ? ratio.toFixed(2) : undefined;
}

/** The sentence of a paper that states it: as it was worked out, or once a run has printed it, from there. */
export function ratioSentence(
  m: Measurements,
  words: { byHand(ratio: string): string; ofRun(ratio: string): string },
): string {
  if (m.has('amplitude_ratio')) return words.ofRun(m.value('amplitude_ratio'));
  const ratio = ratioByHand(m);
  return ratio === undefined ? '' : words.byHand(ratio);
}
