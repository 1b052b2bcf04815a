import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type Amount, amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { billingNow } from "../limit-window.ts";
import { toWalletEntry } from "./payment-view.ts";

export type WalletMove = {
  kind: "top_up" | "invoice" | "credit_note" | "overpayment" | "refund";
  /** Below 0 for money out. */
  amount: Amount;
  currency: string;
  description: string;
  /** Derived from the fact: the same cause moves the wallet once. */
  cause: string;
  invoiceId?: string | null;
  paymentId?: string | null;
};

/** Locks the tenant's wallet of a currency, made when there is none, and tells its balance. */
export async function lockWallet(tx: TenantTransaction, currency: string): Promise<Amount> {
  await tx.sql`insert into wallets (tenant_id, id, currency) values (${tx.tenantId}, ${newId()}, ${currency})
    on conflict (tenant_id, currency) do nothing`;
  const [row] = await tx.sql`select balance from wallets
    where tenant_id = ${tx.tenantId} and currency = ${currency} for update`;
  return amountFromDatabase(row?.balance as string);
}

/** Moves the wallet once per cause; false when that cause has moved it already. Throws `precondition` below 0. */
export async function moveWallet(tx: TenantTransaction, move: WalletMove): Promise<boolean> {
  const before = await lockWallet(tx, move.currency);
  const [known] =
    await tx.sql`select 1 from wallet_entries where tenant_id = ${tx.tenantId} and cause = ${move.cause}`;
  if (known) return false;
  const after = before + move.amount;
  if (after < 0n) {
    const message = `The wallet holds ${formatMinor(before, move.currency)} ${move.currency}, which is less than that.`;
    throw new AppError("precondition", "wallet.not_enough", message);
  }
  const { nowMs } = await billingNow(tx);
  await tx.sql`update wallets set balance = ${formatAmount(after)}, updated_at = now()
    where tenant_id = ${tx.tenantId} and currency = ${move.currency}`;
  await tx.sql`
    insert into wallet_entries (tenant_id, id, kind, amount, balance_after, currency, description, invoice_id, payment_id,
      cause, occurred_at)
    values (${tx.tenantId}, ${newId()}, ${move.kind}, ${formatAmount(move.amount)}, ${formatAmount(after)}, ${move.currency},
      ${move.description}, ${move.invoiceId ?? null}, ${move.paymentId ?? null}, ${move.cause},
      ${new Date(nowMs).toISOString()})`;
  return true;
}

/** The tenant's prepaid money. */
export async function getWallet(tenantId: TenantId): Promise<{ balance: string; currency: string }> {
  return withTenant(tenantId, async (tx) => {
    const [row] = await tx.sql`select t.currency, coalesce(w.balance, 0)::text as balance from tenants t
      left join wallets w on w.tenant_id = t.id and w.currency = t.currency where t.id = ${tenantId}`;
    const currency = row?.currency as string;
    return { balance: formatMinor(amountFromDatabase(row?.balance as string), currency), currency };
  });
}

/** Its movements, the newest first. */
export async function listWalletEntries(
  tenantId: TenantId,
  input: { limit: number; cursor?: string | undefined },
) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql`select * from wallet_entries where tenant_id = ${tenantId}
      and (${after}::uuid is null or id < ${after}::uuid) order by id desc limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [row.id as string], toWalletEntry);
}
