import type { Transaction } from "#db/transaction.ts";

/**
 * What does not add up between invoices, payments, credit notes and the wallet, by tenant: an invoice's due against its
 * parts, its parts against the payments, wallet movements and credits they come from, and the wallet against its
 * movements.
 */
export async function findMoneyDifferences(
  tx: Transaction,
  tenantId: string | null,
): Promise<Map<string, string[]>> {
  const rows = await tx.sql`
    with bills as (
      select i.*, coalesce(p.paid, 0) as paid, coalesce(w.over, 0) as over, coalesce(w.used, 0) as used,
        coalesce(c.credited, 0) as noted, coalesce(c.given_back, 0) as given_back
      from invoices i left join lateral (
        select sum(amount) as paid from payments where tenant_id = i.tenant_id and invoice_id = i.id
          and status in ('succeeded', 'partially_refunded', 'refunded')
      ) p on true left join lateral (
        select sum(amount) filter (where kind = 'overpayment') as over, -sum(amount) filter (where kind = 'invoice') as used
        from wallet_entries where tenant_id = i.tenant_id and invoice_id = i.id
      ) w on true left join lateral (
        select sum(amount) as credited, sum(to_wallet + refunded) as given_back
        from credit_notes where tenant_id = i.tenant_id and invoice_id = i.id
      ) c on true
      where i.status not in ('draft', 'void') and (${tenantId}::uuid is null or i.tenant_id = ${tenantId}::uuid)
    ), wrong as (
      select tenant_id, number || ': its due does not follow from its parts' as what from bills
        where amount_due <> total - credited - wallet_applied - amount_paid
      union all
      select tenant_id, number || ': its credits differ from its credit notes' from bills where credited <> noted
      union all
      select tenant_id, number || ': what was paid differs from its payments' from bills
        where amount_paid + wallet_applied <> paid - over + used - given_back
      union all
      select tenant_id, number || ': its status does not fit its due' from bills where (status = 'paid') <> (amount_due = 0)
      union all
      select w.tenant_id, 'the wallet differs from its movements' from wallets w where (${tenantId}::uuid is null or w.tenant_id = ${tenantId}::uuid)
        and w.balance <> coalesce((select sum(e.amount) from wallet_entries e where e.tenant_id = w.tenant_id and e.currency = w.currency), 0)
      union all
      select p.tenant_id, 'a payment differs from its refunds' from payments p where (${tenantId}::uuid is null or p.tenant_id = ${tenantId}::uuid)
        and p.refunded_amount <> coalesce((select sum(r.amount) from refunds r where r.tenant_id = p.tenant_id
          and r.payment_id = p.id and r.status = 'succeeded'), 0)
    )
    select tenant_id, array_agg(what order by what) as what from wrong group by 1`;
  return new Map(rows.map((row) => [row.tenant_id as string, row.what as string[]]));
}
