/** What a question from the terminal may take (H4). */
import type { WorkBudget } from '../../domain/budgets.ts';

/**
 * The budget of the Work that a question begins, of which each turn may take so much; undefined where none is said. A
 * sentence where it is none.
 * @param mayAsk whether somebody is at the terminal to be asked where it is used up
 */
export function budgetSaid(
  { tokens, cost }: { tokens: string | undefined; cost: string | undefined },
  mayAsk: boolean,
): WorkBudget | undefined | string {
  if (tokens === undefined && cost === undefined) return undefined;
  const most = tokens === undefined ? undefined : Number(tokens);
  if (most !== undefined && !(Number.isSafeInteger(most) && most > 0))
    return `--budget takes a number of tokens, such as 200000, not "${tokens}"`;
  const money = cost === undefined ? undefined : Number(cost);
  if (money !== undefined && !(Number.isFinite(money) && money > 0))
    return `--cost takes an amount of money, such as 0.50, not "${cost}"`;
  return {
    turn: {
      ...(most === undefined ? {} : { tokens: most }),
      ...(money === undefined ? {} : { cost: money }),
    },
    atLimit: mayAsk ? 'ask' : 'end',
  };
}
