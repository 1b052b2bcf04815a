const DAY_MS = 86_400_000;

/** Days after the first failure on which the payment is tried again, and on which the workspace is suspended. */
export const DUNNING = { retryAfterDays: [3, 7, 14], suspendAfterDays: 21 } as const;

export type DunningStep = { kind: "retry" | "suspend"; attempt: number; dueAt: string };

/** Every step of a case, counted from the first failure and never from a later one. */
export function dunningSteps(firstFailedAtMs: number): DunningStep[] {
  const at = (days: number) => new Date(firstFailedAtMs + days * DAY_MS).toISOString();
  return [
    ...DUNNING.retryAfterDays.map((days, i) => ({ kind: "retry" as const, attempt: i + 1, dueAt: at(days) })),
    {
      kind: "suspend" as const,
      attempt: DUNNING.retryAfterDays.length + 1,
      dueAt: at(DUNNING.suspendAfterDays),
    },
  ];
}
