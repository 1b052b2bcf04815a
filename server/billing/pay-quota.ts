import type { z } from "zod";
import type { quotaPayInput } from "#domain/billing/payment.ts";
import { AppError } from "#domain/core/app-error.ts";
import { parseAmount } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import type { Actor } from "#server/trpc/context.ts";
import type { Payment } from "./payments/payment-view.ts";
import { payIntoWallet } from "./payments/top-up-wallet.ts";
import { getQuota } from "./quotas.ts";

/**
 * Pays what a full limit of money is over. The money goes into the wallet, which pays the next invoice; once it is
 * there the limit has that much more room until its window ends, and what it paused goes on by itself. Throws
 * `not_found`, `precondition` for a limit that is not in money, `invalid` where the sum would leave no room.
 */
export async function payQuota(actor: Actor, input: z.output<typeof quotaPayInput>): Promise<Payment> {
  const quota = await getQuota(actor.tenantId, input.id);
  if (quota.measure !== "money") {
    const message = "This limit counts units, not money. Raise it instead.";
    throw new AppError("precondition", "quotas.not_in_money", message);
  }
  const over = parseAmount(quota.currentAmount) - parseAmount(quota.limit) - parseAmount(quota.extraAmount);
  if (parseAmount(input.amount) <= over) {
    const least = formatMinor(over, quota.currency);
    const message = `amount: usage is ${least} ${quota.currency} over the limit; pay more than that, so that there is room.`;
    throw new AppError("invalid", "quotas.pays_too_little", message, { over: least });
  }
  const { id, ...means } = input;
  return payIntoWallet(actor, means, { quotaId: id, description: `Room beyond the limit “${quota.name}”` });
}
