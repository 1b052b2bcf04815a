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
export async function topUpWallet(actor: Actor, input: z.output<typeof topUpInput>): Promise<Payment> {
  const means = await chooseMeans(actor.tenantId, input);
  const paymentId = newId();
  await withTenant(actor.tenantId, async (tx) => {
    const [tenant] = await tx.sql`select currency from tenants where id = ${actor.tenantId}`;
    const currency = tenant?.currency as string;
    const amount = formatAmount(parseCoins(input.amount, currency));
    await tx.sql`
      insert into payments (tenant_id, id, gateway_id, kind, amount, currency, description, payment_method_id, initiated_by)
      values (${actor.tenantId}, ${paymentId}, ${means.gatewayId}, 'one_time', ${amount}, ${currency}, 'Money into the wallet',
        ${means.methodId}, ${actorLabel(actor.principal)})`;
    await watchPayment(tx, paymentId);
    await recordAudit(tx, actor, {
      action: "wallet.top_up_started",
      subjectType: "payments",
      subjectId: paymentId,
      after: { amount, currency },
    });
  });
  return chargePayment(actor.tenantId, paymentId);
}
