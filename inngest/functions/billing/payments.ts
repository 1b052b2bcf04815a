import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { applyPaymentEvent } from "#server/billing/payments/apply-payment-event.ts";
import { refreshPayment } from "#server/billing/payments/charge-payment.ts";
import { payByDefault, retryDunning } from "#server/billing/payments/dunning.ts";
import {
  mailOverdue,
  mailPaymentFailed,
  mailReceipt,
  tellResumed,
  tellSuspended,
} from "#server/billing/payments/notify-payments.ts";
import { inngest } from "../../client.ts";
import { eventSchemas } from "../../events.ts";

const RETRIES = 8;

/** Applies a journalled webhook of a payment provider by fetching again what it is about. */
export const applyPaymentWebhook = inngest.createFunction(
  { id: "billing/apply-payment-webhook", retries: RETRIES, triggers: [{ event: "payments/event.received" }] },
  async ({ event }) => {
    const { eventId } = eventSchemas["payments/event.received"].parse(event.data);
    return { outcome: await applyPaymentEvent(eventId) };
  },
);

/** Charges the default method for a new invoice. */
export const chargeInvoice = inngest.createFunction(
  { id: "billing/charge-invoice", retries: RETRIES, triggers: [{ event: "invoice.finalized" }] },
  async ({ event }) => {
    const { tenantId, invoiceId } = eventSchemas["invoice.finalized"].parse(event.data);
    const payment = await payByDefault(tenantIdFrom(tenantId), invoiceId, "renewal");
    return { status: payment?.status ?? "none" };
  },
);

/** A further try of a failed payment, and the reminder when it failed again. */
export const retryPayment = inngest.createFunction(
  { id: "billing/retry-payment", retries: RETRIES, triggers: [{ event: "billing/dunning.due" }] },
  async ({ event }) => {
    const { tenantId, caseId, attempt } = eventSchemas["billing/dunning.due"].parse(event.data);
    const id = tenantIdFrom(tenantId);
    if (await retryDunning(id, caseId)) await mailPaymentFailed(id, caseId, attempt);
  },
);

/** Asks the provider how a payment ended that nobody told about. */
export const checkPayment = inngest.createFunction(
  { id: "billing/check-payment", retries: RETRIES, triggers: [{ event: "billing/payment.unsettled" }] },
  async ({ event }) => {
    const { tenantId, paymentId } = eventSchemas["billing/payment.unsettled"].parse(event.data);
    const payment = await refreshPayment(tenantIdFrom(tenantId), paymentId);
    return { status: payment.status };
  },
);

/** Mails that a payment failed. */
export const tellPaymentFailed = inngest.createFunction(
  { id: "billing/tell-payment-failed", retries: RETRIES, triggers: [{ event: "invoice.payment_failed" }] },
  async ({ event }) => {
    const { tenantId, caseId, attempt } = eventSchemas["invoice.payment_failed"].parse(event.data);
    await mailPaymentFailed(tenantIdFrom(tenantId), caseId, attempt);
  },
);

/** Reminds of an invoice that nobody tried to pay. */
export const tellInvoiceOverdue = inngest.createFunction(
  { id: "billing/tell-invoice-overdue", retries: RETRIES, triggers: [{ event: "invoice.overdue" }] },
  async ({ event }) => {
    const { tenantId, invoiceId } = eventSchemas["invoice.overdue"].parse(event.data);
    await mailOverdue(tenantIdFrom(tenantId), invoiceId);
  },
);

/** Mails the receipt of a paid invoice. */
export const tellInvoicePaid = inngest.createFunction(
  { id: "billing/tell-invoice-paid", retries: RETRIES, triggers: [{ event: "invoice.paid" }] },
  async ({ event }) => {
    const { tenantId, invoiceId } = eventSchemas["invoice.paid"].parse(event.data);
    await mailReceipt(tenantIdFrom(tenantId), invoiceId);
  },
);

/** Mails that a workspace is suspended for an unpaid invoice, or goes on. */
export const tellSuspension = inngest.createFunction(
  {
    id: "billing/tell-suspension",
    retries: RETRIES,
    triggers: [{ event: "tenant.suspended" }, { event: "tenant.resumed" }],
  },
  async ({ event }) => {
    const { tenantId, caseId } = eventSchemas["tenant.suspended"].parse(event.data);
    const tell = (event.name as string) === "tenant.suspended" ? tellSuspended : tellResumed;
    await tell(tenantIdFrom(tenantId), caseId);
  },
);
