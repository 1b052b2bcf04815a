/** A row of a ledger column. `value` null: this row cannot cost. */
export interface LedgerRowView {
  id: string;
  name: string;
  meta: string;
  /** The exact value under the meta line, such as "exact 125.0008386". */
  metaExact?: string | undefined;
  value: string | null;
  inPlan?: boolean;
  unpriced?: boolean;
  href: string | null;
  /** 0–100 for a small bar under the amount. */
  gauge?: number;
}

/** One level of the drill-down: its rows, its total, what the total equals. */
export interface LedgerColumnView {
  key: string;
  /** The address at which this level is the last one open. */
  href: string;
  over: string;
  title: string;
  rows: ReadonlyArray<LedgerRowView> | null;
  error: string | null;
  selectedId: string | null;
  totalLabel: string;
  total: string | null;
  seal: { ok: boolean; text: string } | null;
  csvHref: string | null;
  more?: (() => void) | undefined;
}

/** One call opened: quantities times rates, the rule, the rates' source. */
export interface CallSlipView {
  label: string;
  requestId: string | null;
  model: string;
  parts: ReadonlyArray<{ label: string; cost: string | null; price: string }>;
  totalLabel: string;
  cost: string | null;
  price: string;
  /** What of it the plan pays and what is left to pay; null where the plan pays nothing. */
  plan: string | null;
  rule: string;
  ruleHref: string | null;
  /** Null for those who may not see what the platform pays. */
  rates: string | null;
}
