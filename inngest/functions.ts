import type { InngestFunction } from "inngest";
import {
  applyPaymentWebhook,
  chargeInvoice,
  checkPayment,
  retryPayment,
  tellInvoicePaid,
  tellPaymentFailed,
  tellSuspension,
} from "./functions/billing/payments.ts";
import { tellCostAlert, tellInvoice, tellQuota, tellUnpricedUsage } from "./functions/billing/tell.ts";
import { retryDueDelivery } from "./functions/conversations/retry-delivery.ts";
import { conversationTurn } from "./functions/conversations/turn.ts";

/** Every function of the house, served at /api/inngest and run by the embedded executor alike. */
export const functions: InngestFunction.Any[] = [
  applyPaymentWebhook,
  chargeInvoice,
  checkPayment,
  conversationTurn,
  retryDueDelivery,
  retryPayment,
  tellCostAlert,
  tellInvoice,
  tellInvoicePaid,
  tellPaymentFailed,
  tellQuota,
  tellSuspension,
  tellUnpricedUsage,
];
