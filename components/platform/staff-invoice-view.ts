/** How far staff's deeds on an invoice reach now; amounts in its currency's digits. */
export interface InvoiceLimitsView {
  currency: string;
  due: string;
  creditable: string;
  payments: ReadonlyArray<{ paymentId: string; amount: string; refundable: string; reason: string | null }>;
}

/** What a deed needs to know of the invoice it is about. */
export interface StaffInvoiceView {
  id: string;
  number: string | null;
  status: string;
  tenantName: string;
  billingEmail: string;
  currency: string;
  amountPaid: string;
  finalizesAt: string | null;
}

/** Whether an amount in decimal digits is nothing. */
export const isNothing = (amount: string): boolean => /^-?[0.]*$/.test(amount);
