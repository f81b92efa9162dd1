/** Which acts a Work's agents may do by themselves (H2, docs/people.md). */

/** `code`: run it; `mcp`: call a tool of an MCP server. To spend beyond a budget is asked about by the budget (H4). */
export const ACT_KINDS = ['code', 'mcp'] as const;
export type ActKind = (typeof ACT_KINDS)[number];

export const DECISIONS = ['allow', 'ask', 'never'] as const;
export type Decision = (typeof DECISIONS)[number];

/** A kind that is absent is allowed. */
export type Policy = { [Kind in ActKind]?: Decision | undefined } & {
  /**
   * Tools of servers that were allowed although they are to be asked about (I6): the server's id, or `operator`, a colon
   * and the name that models call them by. Another server under the same name was never allowed.
   */
  tools?: string[] | undefined;
};

/** As policy_for in functions/policies.sql, which decides. */
export function policyFor(policy: Policy | null, kind: ActKind): Decision {
  return policy?.[kind] ?? 'allow';
}
