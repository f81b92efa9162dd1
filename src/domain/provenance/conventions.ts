/** Numbers that nobody computes: levels and quantiles of statistics, and constants of nature and mathematics. */
import type { PaperNumber } from './paper-numbers.ts';

const PERCENT = new Set([50, 90, 95, 99, 99.9, 100, 68, 68.27, 95.45, 99.7]);
/** With a percent sign alone they are results as well: these words make them levels. */
const LEVEL = /confiden|interval|level|significan|percentile|quantile|\bCI\b|置信|显著|水平|区间|分位/i;
const SIGNIFICANCE = new Set([0.05, 0.01, 0.001, 0.1, 0.95, 0.99, 0.9]);
const QUANTILES = new Set([1.96, 1.959964, 2.576, 2.58, 1.645, 1.64, 2.326, 1.28, 1.282]);
const CONSTANTS = [
  Math.PI,
  Math.E,
  9.80665,
  299_792_458,
  8.314462618,
  6.02214076e23,
  6.62607015e-34,
  1.380649e-23,
  273.15,
  1.602176634e-19,
];
const SIGNIFICANT = /significan|level|\bp\b|alpha|α|probab|显著|水平|置信|confiden/i;

export function isConvention(number: PaperNumber): boolean {
  const { value, text, around, factors, digits, step } = number;
  const size = Math.abs(value);
  if (factors.includes(100) && /[%％]|per|百分/i.test(text)) {
    return (size === 95 || PERCENT.has(size)) && (size === 95 || size === 100 || LEVEL.test(around));
  }
  if (factors.length > 1) return false;
  if (QUANTILES.has(size)) return true;
  if (SIGNIFICANCE.has(size)) return SIGNIFICANT.test(around) || size === 0.05;
  if (size === 95 || size === 99) return LEVEL.test(around) && /[%％]/.test(around);
  if (/\b(?:gravit|acceleration)|重力/i.test(around) && (size === 9.8 || size === 9.81)) return true;
  return digits >= 3 && CONSTANTS.some((constant) => Math.abs(constant - value) <= step * (0.5 + 1e-9));
}
