import type { Limit } from '../../../src/domain/budgets.ts';

/** Undefined where nothing is bounded. */
export function saidLimit(limit: Limit): Limit | undefined {
  return limit.tokens === undefined && limit.cost === undefined ? undefined : limit;
}

/** Those that are bounded; null where none is. */
export function saidLimits<Name extends string>(
  limits: Record<Name, Limit>,
): Partial<Record<Name, Limit>> | null {
  const said = Object.entries<Limit>(limits).filter(([, limit]) => saidLimit(limit) !== undefined);
  return said.length === 0 ? null : (Object.fromEntries(said) as Partial<Record<Name, Limit>>);
}
