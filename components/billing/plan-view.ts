/** Units by kind, and `credit`, an amount of money. */
export type IncludedView = Readonly<Record<string, number | string | undefined>>;

/** A plan as it is offered. */
export interface OfferedPlanView {
  id: string;
  name: string;
  description: string | null;
  monthlyPrice: string;
  currency: string;
  included: IncludedView;
}

/** The plan that one has, or had. */
export interface HeldPlanView {
  id: string;
  planId: string;
  planName: string;
  status: string;
  price: string;
  currency: string;
  interval: string;
  startedAt: string;
  endedAt: string | null;
  endReason: string | null;
}

/** The plan in force, with what is used of it. */
export interface PlanView extends HeldPlanView {
  autoRenew: boolean;
  cancelAtPeriodEnd: boolean;
  pendingPlanName: string | null;
  trialEndsAt: string | null;
  periodEnd: string | null;
  allowances: ReadonlyArray<{ kind: string; label: string; included: number; used: number; left: number }>;
  credit: { included: string; used: string; left: string } | null;
  limits: ReadonlyArray<{ kind: string; label: string; limit: number; used: number }>;
}

/** A plan's days of the running period, were it chosen now. */
export interface PlanChangeView {
  plan: OfferedPlanView;
  parts: ReadonlyArray<{ planName: string; days: number; periodDays: number; amount: string }>;
  /** What was billed for days that are not used then. */
  givenBack: string;
}

const labels: Record<string, string> = {
  tokens: "AI tokens",
  voiceMinutes: "Voice minutes",
  sms: "Text messages",
  emails: "E-mails",
  apiCalls: "API calls",
  messages: "Messages",
};

const limitLabels: Record<string, string> = {
  customers: "Customers",
  messages: "Messages a month",
  aiRequests: "AI requests a month",
  seats: "People",
  channels: "Channels",
  flows: "Flows",
  connectors: "Connectors",
};

/** What of a call the plan pays and what is left to pay; null where the plan pays nothing. */
export function planWords(record: {
  coveredQuantity: number;
  creditedAmount: string;
  billablePrice: string;
  currency: string;
}): string | null {
  const paid = [
    ...(record.coveredQuantity > 0 ? [`${record.coveredQuantity.toLocaleString("en-US")} included`] : []),
    ...(record.creditedAmount === "0" ? [] : [`${record.creditedAmount} ${record.currency} of the credit`]),
  ];
  return paid.length === 0 ? null : `${paid.join(" and ")}; ${record.billablePrice} to pay`;
}

/** What a limit of a plan is called. */
export function limitLabel(kind: string): string {
  return limitLabels[kind] ?? kind;
}

/** What a kind of allowance is called. */
export function allowanceLabel(kind: string): string {
  return labels[kind] ?? kind;
}

/** What a plan includes, in a few words. */
export function includedWords(included: IncludedView): string {
  const words = Object.entries(included).map(([kind, units]) =>
    kind === "credit"
      ? `${units} of credit for usage`
      : `${Number(units).toLocaleString("en-US")} ${allowanceLabel(kind)}`,
  );
  return words.join(", ") || "Every use at its price";
}
