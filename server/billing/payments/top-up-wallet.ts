import type { z } from "zod";
import { withTenant } from "#db/tenant.ts";
import { parseCoins, type topUpInput } from "#domain/billing/payment.ts";
import { newId } from "#domain/core/id.ts";
import { formatAmount } from "#domain/money/amount.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { type Actor, actorLabel } from "#server/trpc/context.ts";
import { chargePayment } from "./charge-payment.ts";
import { chooseMeans } from "./pay-invoice.ts";
import type { Payment } from "./payment-view.ts";
import { watchPayment } from "./watch-payment.ts";

/** Pays money into the wallet; it is there once the payment has succeeded. */
export function topUpWallet(actor: Actor, input: z.output<typeof topUpInput>): Promise<Payment> {
  return payIntoWallet(actor, input, { quotaId: null, description: "Money into the wallet" });
}

/** The same, with what it is for: a quota that gets room once the money is there. */
export async function payIntoWallet(
  actor: Actor,
  input: z.output<typeof topUpInput>,
  { quotaId, description }: { quotaId: string | null; description: string },
): Promise<Payment> {
  const means = await chooseMeans(actor.tenantId, input);
  const paymentId = newId();
  await withTenant(actor.tenantId, async (tx) => {
    const [tenant] = await tx.sql`select currency from tenants where id = ${actor.tenantId}`;
    const currency = tenant?.currency as string;
    const amount = formatAmount(parseCoins(input.amount, currency));
    await tx.sql`
      insert into payments (tenant_id, id, gateway_id, kind, amount, currency, description, payment_method_id, quota_id, initiated_by)
      values (${actor.tenantId}, ${paymentId}, ${means.gatewayId}, 'one_time', ${amount}, ${currency}, ${description},
        ${means.methodId}, ${quotaId}, ${actorLabel(actor.principal)})`;
    await watchPayment(tx, paymentId);
    await recordAudit(tx, actor, {
      action: "wallet.top_up_started",
      subjectType: "payments",
      subjectId: paymentId,
      after: { amount, currency, ...(quotaId ? { quotaId } : {}) },
    });
  });
  return chargePayment(actor.tenantId, paymentId);
}
