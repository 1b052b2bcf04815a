import type { TenantTransaction } from "#db/tenant.ts";
import { watchDueDate } from "../payments/dunning.ts";
import { lockInvoice, moveBalance, payFromWallet, putIntoWallet } from "../payments/invoice-balance.ts";

/**
 * What follows on a final invoice in its own transaction: prepaid money pays first, an invoice over nothing is paid, one
 * below nothing (more days given back than used) goes into the wallet, and the due date of what is left is watched.
 */
export async function openInvoice(tx: TenantTransaction, invoiceId: string, dueAt: Date): Promise<void> {
  const invoice = await lockInvoice(tx, invoiceId);
  if (invoice.due < 0n) return putIntoWallet(tx, invoice);
  if (invoice.due === 0n) {
    await moveBalance(tx, invoice, [], { method: "Nothing to pay", transactionId: null });
    return;
  }
  const paid = await payFromWallet(tx, invoice);
  if (paid < invoice.due) await watchDueDate(tx, invoiceId, dueAt);
}
