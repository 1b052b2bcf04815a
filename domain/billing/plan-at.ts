/** A stretch of time on a plan; `to` null is the running one. Epoch ms, half-open. */
export type PlanStretch = { planId: string; from: number; to: number | null };

/**
 * The plan that rules are chosen by for a call at an instant: the one in force then. What happened before a tenant's
 * first plan is priced by that one; between two plans there is none.
 */
export function planAt(stretches: readonly PlanStretch[], at: number): string | null {
  let first: PlanStretch | null = null;
  for (const stretch of stretches) {
    if (stretch.from <= at && (stretch.to === null || at < stretch.to)) return stretch.planId;
    if (!first || stretch.from < first.from) first = stretch;
  }
  return first && at < first.from ? first.planId : null;
}
