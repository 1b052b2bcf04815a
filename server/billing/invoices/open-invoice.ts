import type { TenantTransaction } from "#db/tenant.ts";
import { watchDueDate } from "../payments/dunning.ts";
import { lockInvoice, moveBalance, payFromWallet } from "../payments/invoice-balance.ts";

/**
 * What follows on a final invoice in its own transaction: prepaid money pays first, an invoice over nothing is paid,
 * and the due date of what is left is watched.
 */
export async function openInvoice(tx: TenantTransaction, invoiceId: string, dueAt: Date): Promise<void> {
  const invoice = await lockInvoice(tx, invoiceId);
  // A bill below 0 is the platform's to settle, by a note or on the next bill.
  if (invoice.due < 0n) return;
  if (invoice.due === 0n) {
    await moveBalance(tx, invoice, [], { method: "Nothing to pay", transactionId: null });
    return;
  }
  const paid = await payFromWallet(tx, invoice);
  if (paid < invoice.due) await watchDueDate(tx, invoiceId, dueAt);
}
