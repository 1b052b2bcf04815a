import { hash } from "node:crypto";
import type { Quantities } from "#domain/billing/quantities.ts";
import type { QuotaAdvice } from "#domain/billing/quota.ts";
import type { ServiceType, UsageStatus } from "#domain/billing/service-type.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";

/** Room asked for before a call: what it is and what it is expected to use at most. */
export type ReserveRequest = {
  tenantId: TenantId;
  serviceType: ServiceType;
  provider: string;
  model: string;
  /** Expected quantities at most (for tokens: the prompt and max_tokens); cost and price are reckoned from them. */
  quantities: Quantities;
  ownKey?: boolean;
  /** Overrides the reckoned price (a decimal text), where the caller knows better. */
  estimatedPrice?: string;
  /** How long the room is kept without a commit; 10 minutes unless set. */
  ttlSeconds?: number;
};

/** Room that was granted. Plain data, so that an attempt row can keep it; `id` is null where no quota counts. */
export type Reservation = { id: string | null; estimatedCost: string; estimatedPrice: string };

export type QuotaRefusal = {
  code: "billing.quota_exceeded" | "billing.plan_limit";
  quotaId: string;
  quotaName: string;
  /** Whether more room can be paid for: only of a quota of money. */
  payable: boolean;
  /** What a paused tenant's customers are told, where the tenant has set it. */
  pauseMessage: string | null;
  resetsAt: string;
};

export type ReserveOutcome =
  | { admitted: true; reservation: Reservation; advice: QuotaAdvice | null }
  | { admitted: false; refusal: QuotaRefusal };

/** A record that had no price when it was written, as an adjustment prices it. */
export type Adjusted = {
  recordId: string;
  serviceType: ServiceType;
  quantities: Quantities;
  /** When the call was made: prices and rules of that moment apply. */
  occurredAt: string;
  /** How much of it the tenant has to pay: its whole, and what the plan has covered or billed at its own rate. */
  total: number;
  settled: number;
  /** Whether its price was fixed, so that it was charged without a known cost. */
  charged: boolean;
};

/** One metered call as it happened. */
export type UsageFact = {
  tenantId: TenantId;
  /** Derived from the fact: provider request id, or execution step + attempt + component. */
  idempotencyKey: string;
  serviceType: ServiceType;
  provider: string;
  /** The model that was asked for. */
  model: string;
  status: UsageStatus;
  quantities: Quantities;
  /** ISO time on the tenant's clock. */
  occurredAt: string;
  reservation?: Reservation | null;
  ownKey?: boolean;
  conversationId?: string | null;
  messageId?: string | null;
  executionId?: string | null;
  aiProviderId?: string | null;
  /** Set on a fact of type `adjustment`. */
  adjusts?: Adjusted | null;
};

/** A stored usage record, in the shape that the API shows. */
export type UsageRecord = {
  id: string;
  status: UsageStatus;
  type: ServiceType;
  provider: string;
  model: string;
  inputQuantity: number;
  cachedQuantity: number;
  outputQuantity: number;
  totalQuantity: number;
  providerCost: string;
  clientPrice: string;
  profit: string;
  currency: string;
  markupPercent: string | null;
  coveredQuantity: number;
  billableQuantity: number;
  /** What the plan's money credit took off the price; the rest of it is billable. */
  creditedAmount: string;
  billablePrice: string;
  unpriced: boolean;
  ownKey: boolean;
  parts: { part: string; quantity: number; cost: string; price: string }[];
  pricingRuleId: string | null;
  /** The side of the trial of prices that the call was priced by. */
  priceTrial: { name: string; side: string } | null;
  providerPriceId: string | null;
  conversationId: string | null;
  messageId: string | null;
  executionId: string | null;
  aiProviderId: string | null;
  /** Of an adjustment, the record it gives a price. */
  adjustsId: string | null;
  idempotencyKey: string;
  occurredAt: string;
  day: string;
};

/** The first 128 bits of a SHA-256 in the form of a UUID, which Postgres stores in 16 bytes. */
export function shortHash(text: string): string {
  const hex = hash("sha256", text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** What two commits under one key must share to be the same fact. */
export function payloadHash(fact: UsageFact): string {
  const quantities = Object.entries(fact.quantities)
    .filter(([, value]) => value !== undefined && value !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return shortHash(
    JSON.stringify([
      fact.serviceType,
      fact.provider,
      fact.model,
      fact.status,
      quantities,
      Date.parse(fact.occurredAt),
      fact.ownKey ?? false,
      fact.conversationId ?? null,
      fact.messageId ?? null,
      fact.executionId ?? null,
      fact.aiProviderId ?? null,
      ...(fact.adjusts ? [fact.adjusts.recordId] : []),
    ]),
  );
}
