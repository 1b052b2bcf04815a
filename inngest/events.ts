import { z } from "zod";

const id = z.string().min(1);

const quotaEvent = z.object({
  tenantId: id,
  quotaId: id,
  periodStart: id,
  limit: id,
  inFlight: z.boolean().default(false),
});

/**
 * Events that start or steer functions: past facts, small, with ids and the tenant. Everything else in the outbox is
 * for live streams, webhooks and analytics only. An event leaves through `appendOutbox` in the deed's transaction;
 * its `tenantId` is the outbox row's.
 */
export const eventSchemas = {
  "webhooks/request.received": z.object({ tenantId: id, journalId: id, channelId: id }),
  /** Something waits in a conversation's queue, or its turn was left behind by a process that died. */
  "conversations/turn.requested": z.object({ tenantId: id, conversationId: id }),
  /** A refused message is due for a further attempt. */
  "messages/delivery.due": z.object({ tenantId: id, channelMessageId: id }),
  /** A mark of a cost alert fired. */
  "cost_alert.triggered": z.object({ tenantId: id, eventId: id }),
  "quota.warning": quotaEvent,
  "quota.exceeded": quotaEvent,
  /** A plan refused the bot something for the first time in a month. */
  "plan.limit_reached": z.object({ tenantId: id, kind: id, limit: z.number(), month: id }),
  "subscription.trial_ended": z.object({ tenantId: id, subscriptionId: id }),
  /** A tenant is to be written to about a change of its prices. */
  "pricing.changed": z.object({ tenantId: id, historyId: id }),
  "invoice.finalized": z.object({ tenantId: id, invoiceId: id }),
  "invoice.paid": z.object({ tenantId: id, invoiceId: id }),
  /** The first failure of an invoice's payment; `attempt` counts the tries after it. */
  "invoice.overdue": z.object({ tenantId: id, invoiceId: id }),
  "invoice.payment_failed": z.object({ tenantId: id, invoiceId: id, caseId: id, attempt: z.number().int() }),
  "billing/dunning.due": z.object({ tenantId: id, caseId: id, attempt: z.number().int() }),
  /** Nobody told yet how a payment ended. */
  "billing/payment.unsettled": z.object({ tenantId: id, paymentId: id }),
  "tenant.suspended": z.object({ tenantId: id, caseId: id }),
  "tenant.resumed": z.object({ tenantId: id, caseId: id }),
  /** A payment provider's webhook was journalled; whose it is, is found when it is applied. */
  "payments/event.received": z.object({ eventId: id }),
  /** A run of a month's invoices was started, or goes on after a while. */
  "billing/invoice_run.requested": z.object({ runId: id }),
  "exchange_rate.missing": z.object({ tenantId: id, base: id, quote: id, month: id }),
  "usage.unpriced": z.object({ tenantId: id, serviceType: id, provider: id, model: id, recordId: id }),
  /** A model has a price, from some instant on: records that waited for one are adjusted. */
  "provider_price.entered": z.object({ serviceType: id, provider: id, model: id }),
} satisfies Record<string, z.ZodType>;

export type EventName = keyof typeof eventSchemas;
export type EventData<N extends EventName> = z.infer<(typeof eventSchemas)[N]>;
