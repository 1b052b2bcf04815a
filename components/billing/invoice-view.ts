/** The head of an invoice. Amounts in the minor unit's digits. */
export interface InvoiceView {
  id: string;
  number: string | null;
  status: string;
  month: string;
  currency: string;
  figures: ReadonlyArray<{ label: string; value: string }>;
  total: string;
  /** What the total was met with, and what is still due; empty while nothing was. */
  settled: ReadonlyArray<{ label: string; value: string }>;
  note: ReadonlyArray<string>;
  recordsSeal: { ok: boolean; text: string } | null;
  csvHref: string | null;
}

/** An invoice in the list. */
export interface InvoiceRowView {
  id: string;
  number: string | null;
  status: string;
  month: string;
  total: string;
  amountDue: string;
  currency: string;
  issuedAt: string | null;
  /** When a draft becomes final. */
  finalizesAt: string | null;
}
