/** What a turn, a Work, a day and a person may take (H4, docs/people.md). */

/** At least one of the two. */
export interface Limit {
  /** Input and output together. */
  tokens?: number | undefined;
  /** In the currency of the models' prices; what a model without prices takes costs nothing. */
  cost?: number | undefined;
}

/** A Work's. */
export interface WorkBudget {
  /** Of each turn. */
  turn?: Limit | undefined;
  /** Of all turns together. */
  work?: Limit | undefined;
  /** What happens where a budget is used up, the person's too; absent: they are asked. */
  atLimit?: 'ask' | 'end' | undefined;
}

/** A person's, over all their Works. */
export interface PersonBudget {
  /** Of the last 24 hours. */
  day?: Limit | undefined;
  /** Of all that is used since it was set. */
  person?: Limit | undefined;
}

export type BudgetScope = 'turn' | 'work' | 'day' | 'person';
export type BudgetUnit = 'tokens' | 'cost';
