/** One day of spend by series; values are exact decimal strings. */
export interface SpendDayView {
  day: string;
  values: Record<string, string>;
  total: string;
}

/** A kind of usage in the chart; its place fixes its colour. */
export interface SpendSeries {
  key: string;
  label: string;
  tone: 1 | 2 | 3 | 4 | 5 | 6;
}

/** A flag over a day: an alert's mark was passed. */
export interface SpendFlag {
  day: string;
  label: string;
}

/** Spend of the running month. */
export interface SpendView {
  monthLabel: string;
  currency: string;
  total: string;
  calls: number;
  days: ReadonlyArray<SpendDayView>;
  series: ReadonlyArray<SpendSeries>;
  flags: ReadonlyArray<SpendFlag>;
  byModel: ReadonlyArray<SpendLineView>;
  seal: { ok: boolean; text: string } | null;
}

/** One line of the month's spend: a model, a channel, a flow or an AI provider. */
export interface SpendLineView {
  key: string;
  label: string;
  detail: string;
  /** Where the records behind it stand. */
  href?: string;
  calls: number;
  price: string;
  cost: string | null;
}

/** A budget with marks. */
export interface AlertView {
  id: string;
  name: string;
  budget: string;
  spent: string;
  currency: string;
  marks: ReadonlyArray<number>;
  passedMark: number;
  enabled: boolean;
  period: string;
}

/** A limit with what happens there. */
export interface QuotaView {
  id: string;
  name: string;
  measure: string;
  limit: string;
  /** Room that was paid for until the window ends. */
  extraAmount: string;
  used: string;
  currency: string;
  period: string;
  onExceed: string;
  enabled: boolean;
  exceeded: boolean;
}
