import type { InngestFunction } from "inngest";
import { adjustUnpricedUsage } from "./functions/billing/adjust-unpriced.ts";
import { continueInvoices } from "./functions/billing/invoice-run.ts";
import {
  applyPaymentWebhook,
  chargeInvoice,
  checkPayment,
  retryPayment,
  tellInvoiceOverdue,
  tellInvoicePaid,
  tellPaymentFailed,
  tellSuspension,
} from "./functions/billing/payments.ts";
import { reconcileNightly } from "./functions/billing/reconcile-nightly.ts";
import {
  tellCostAlert,
  tellInvoice,
  tellMissingExchangeRate,
  tellPlanLimit,
  tellPriceChange,
  tellQuota,
  tellTrialEnd,
  tellUnpricedUsage,
} from "./functions/billing/tell.ts";
import { retryDueDelivery } from "./functions/conversations/retry-delivery.ts";
import { conversationTurn } from "./functions/conversations/turn.ts";

/** Every function of the house, served at /api/inngest and run by the embedded executor alike. */
export const functions: InngestFunction.Any[] = [
  applyPaymentWebhook,
  chargeInvoice,
  checkPayment,
  continueInvoices,
  conversationTurn,
  retryDueDelivery,
  retryPayment,
  tellCostAlert,
  tellInvoice,
  tellPlanLimit,
  tellPriceChange,
  tellInvoiceOverdue,
  tellInvoicePaid,
  tellPaymentFailed,
  tellQuota,
  tellSuspension,
  tellTrialEnd,
  tellMissingExchangeRate,
  tellUnpricedUsage,
  reconcileNightly,
  adjustUnpricedUsage,
];
