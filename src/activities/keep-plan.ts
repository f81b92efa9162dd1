/** Keeps the plan that an agent sends (H3): it is stored in the statement that stores the call's outcome, so once. */
import { parseUpdatePlan } from '../agents/tool-definitions.ts';
import { progressOf } from '../domain/plans.ts';
import type { CallOutcome, ClaimedCall } from './tool-call.ts';
import { failed } from './tools/types.ts';

export async function keepPlan({ claim }: ClaimedCall): Promise<CallOutcome> {
  const parsed = parseUpdatePlan(claim.arguments);
  if (!parsed.ok) return { ...failed(parsed.problem), durationMs: 0 };
  const { value: plan } = parsed;
  const { completed } = progressOf(plan);
  const result =
    plan.length === 0
      ? 'There is no plan any more.'
      : `Kept: ${completed} of ${plan.length} steps completed.`;
  return { ok: true, result, files: [], durationMs: 0, plan };
}
