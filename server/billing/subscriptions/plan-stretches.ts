import type { PlanStretch } from "#domain/billing/plan-at.ts";

type Row = [planId: string, from: string, to: string | null];

/** A tenant's plans out of the `[plan_id, started_at, ended_at]` rows that a statement gathered as JSON. */
export function stretchesOf(rows: unknown): PlanStretch[] {
  return ((rows ?? []) as Row[]).map(([planId, from, to]) => ({
    planId,
    from: Date.parse(from),
    to: to === null ? null : Date.parse(to),
  }));
}
