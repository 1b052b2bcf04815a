import { allowanceKind, coverUsage, drawCredit, includedQuantity } from "#domain/billing/allowance.ts";
import { countSpend } from "#domain/billing/cost-alert.ts";
import { overageShare, recordedRate } from "#domain/billing/overage.ts";
import { monthOf } from "#domain/billing/period.ts";
import { planAt } from "#domain/billing/plan-at.ts";
import { type PricedFact, type PricedUsage, priceUsage } from "#domain/billing/price-usage.ts";
import { type RecordedQuantities, recordedQuantities } from "#domain/billing/quantities.ts";
import { admitCall, countUsage, quotaCovers, releaseEstimate } from "#domain/billing/quota.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { AppError } from "#domain/core/app-error.ts";
import { divideHalfUp } from "#domain/core/decimal.ts";
import { newId } from "#domain/core/id.ts";
import { type Amount, formatAmount, parseAmount } from "#domain/money/amount.ts";
import type { PricingSnapshot } from "../pricing-snapshot.ts";
import type { GroupState, LiveAlert, LiveQuota } from "./group-state.ts";
import type { Adjusted, ReserveOutcome, ReserveRequest, UsageFact } from "./usage-fact.ts";

export type CommitOp = {
  kind: "commit";
  fact: UsageFact;
  keyHash: string;
  payloadHash: string;
  month: string;
};
type ReserveOp = { kind: "reserve"; request: ReserveRequest };
type ReleaseOp = { kind: "release"; reservationId: string };
export type MeterOp = CommitOp | ReserveOp | ReleaseOp;

/** A record that will be written, with everything its row and roll-ups need. */
export type NewRecord = {
  id: string;
  fact: UsageFact;
  priced: PricedUsage;
  recorded: RecordedQuantities;
  keyHash: string;
  payloadHash: string;
  seq: number;
  day: string;
  month: string;
  closing: number;
  covered: Amount;
  /** What the plan's money credit took off the price. */
  credited: Amount;
  billablePrice: Amount;
};

export type NewReservation = {
  id: string;
  request: ReserveRequest;
  amount: Amount;
  quantity: Amount;
  quotaIds: string[];
};

export type CrossedMark = { alert: LiveAlert; mark: string; spent: Amount; record: NewRecord };
export type QuotaEvent = { kind: "warning" | "exceeded"; quota: LiveQuota; record: NewRecord | null };

export type OpOutcome =
  | { kind: "record"; record: NewRecord }
  | { kind: "duplicate"; recordId: string }
  | { kind: "reserved"; outcome: ReserveOutcome }
  | { kind: "released" }
  | { kind: "error"; error: AppError };

/** What a group decided: an outcome for each operation, in their order, and everything to write. */
export type Decision = {
  outcomes: OpOutcome[];
  records: NewRecord[];
  reservations: NewReservation[];
  marks: CrossedMark[];
  quotaEvents: QuotaEvent[];
};

const MAX_AMOUNT = 10n ** 24n;

function conflict(): AppError {
  return new AppError(
    "conflict",
    "usage.key_reused",
    "This idempotency key belongs to other usage; the first record stays. Use a new key for a new fact.",
  );
}

function stillUnpriced(): AppError {
  return new AppError(
    "precondition",
    "usage.still_unpriced",
    "No price covers this record yet: enter one first.",
  );
}

/** What an adjustment adds to the bill: the share of the price that the plan has not settled. */
function adjustedShare({ total, settled }: Adjusted, price: Amount): Amount {
  const whole = parseAmount(total);
  const open = whole - parseAmount(settled);
  if (whole <= 0n) return price;
  return open <= 0n ? 0n : divideHalfUp(price * open, whole);
}

/** A fixed price was charged at once: only the cost was missing. */
function withoutPrice(priced: PricedUsage): PricedUsage {
  const parts = priced.parts.map((part) => ({ ...part, price: 0n }));
  return { ...priced, parts, clientPrice: 0n, profit: -priced.providerCost };
}

function pricedFact(state: GroupState, pricing: PricingSnapshot, fact: UsageFact): PricedFact {
  const called = fact.adjusts ?? fact;
  const occurredAtMs = Date.parse(called.occurredAt);
  return {
    tenantId: fact.tenantId,
    planId: planAt(state.plans, occurredAtMs),
    serviceType: called.serviceType,
    provider: fact.provider,
    model: fact.model,
    status: fact.status,
    quantities: called.quantities,
    occurredAtMs,
    exchange: pricing.exchangeOf(state.currency, monthOf(localDay(state.timezone, occurredAtMs))),
    ownKey: fact.ownKey,
    estimatedCost: fact.reservation ? parseAmount(fact.reservation.estimatedCost) : undefined,
  };
}

/** What is said of usage whose cost or price no amount can hold. */
export function amountTooLarge(): AppError {
  const message = "Cost or price of this usage has more than 12 digits; report it in smaller pieces.";
  return new AppError("invalid", "usage.amount_too_large", message);
}

class GroupDecider {
  readonly decision: Decision = { outcomes: [], records: [], reservations: [], marks: [], quotaEvents: [] };
  private readonly state: GroupState;
  private readonly pricing: PricingSnapshot;

  constructor(state: GroupState, pricing: PricingSnapshot) {
    this.state = state;
    this.pricing = pricing;
    for (const ended of state.ended) releaseEstimate(state.quotas, ended.quotaIds, ended);
  }

  private price(fact: PricedFact): PricedUsage {
    return priceUsage(fact, this.pricing.pricesOf(fact), this.pricing.rulesOf(fact));
  }

  private cover(fact: UsageFact, priced: PricedUsage, total: number, month: string) {
    const { covered, billablePrice } = this.coverUnits(fact, priced, total, month);
    const key = `${month} credit`;
    const used = this.state.allowances.get(key) ?? 0n;
    const credited = drawCredit(billablePrice, parseAmount(this.state.included.credit ?? "0") - used);
    if (credited > 0n) this.state.allowances.set(key, used + credited);
    return { covered, credited, billablePrice: billablePrice - credited };
  }

  private coverUnits(fact: UsageFact, priced: PricedUsage, total: number, month: string) {
    if (fact.adjusts) return { covered: 0n, billablePrice: adjustedShare(fact.adjusts, priced.clientPrice) };
    const kind = allowanceKind(fact.serviceType);
    const included = kind ? includedQuantity(this.state.included, kind) : 0n;
    // A plan's rate is for what the platform provides; messages and calls have no other way to be sold.
    const sold = !fact.ownKey || kind === "messages" || kind === "apiCalls";
    const rate = kind && sold ? this.state.overage[kind] : undefined;
    const billed = fact.status === "succeeded" || fact.status === "aborted";
    if (!kind || !billed || (included === 0n && !rate))
      return { covered: 0n, billablePrice: priced.clientPrice };
    const key = `${month} ${kind}`;
    const { allowances, beyond } = this.state;
    const used = allowances.get(key) ?? 0n;
    const share = coverUsage(parseAmount(total), priced.clientPrice, included - used);
    if (share.covered > 0n) allowances.set(key, used + share.covered);
    if (!rate) return share;
    const before = beyond.get(key) ?? 0n;
    const over = parseAmount(total) - share.covered;
    if (over > 0n) beyond.set(key, before + over);
    return { covered: share.covered, billablePrice: overageShare(recordedRate(rate, kind), before, over) };
  }

  commit(op: CommitOp): OpOutcome {
    const { fact, keyHash, payloadHash } = op;
    const known = this.state.known.get(keyHash);
    if (known) {
      return known.payloadHash === payloadHash
        ? { kind: "duplicate", recordId: known.recordId }
        : { kind: "error", error: conflict() };
    }
    const found = this.price(pricedFact(this.state, this.pricing, fact));
    if (fact.adjusts && found.unpriced) return { kind: "error", error: stillUnpriced() };
    const priced = fact.adjusts?.charged ? withoutPrice(found) : found;
    if (priced.providerCost >= MAX_AMOUNT || priced.clientPrice >= MAX_AMOUNT) {
      return { kind: "error", error: amountTooLarge() };
    }
    const recorded = recordedQuantities(fact.serviceType, fact.quantities);
    const day = localDay(this.state.timezone, Date.parse(fact.occurredAt));
    const month = monthOf(day);
    const record: NewRecord = {
      id: newId(),
      fact,
      priced,
      recorded,
      keyHash,
      payloadHash,
      seq: this.state.lastSeq + this.decision.records.length + 1,
      day,
      month,
      closing: this.state.closings.get(month) ?? 0,
      ...this.cover(fact, priced, recorded.total, month),
    };
    this.state.known.set(keyHash, { recordId: record.id, payloadHash });
    this.decision.records.push(record);
    this.count(record);
    return { kind: "record", record };
  }

  private count(record: NewRecord): void {
    const { fact, priced, billablePrice, day } = record;
    const inWindow = (limit: LiveQuota | LiveAlert) =>
      day >= limit.window.firstDay && day < limit.window.endDay;
    const usage = {
      serviceType: fact.serviceType,
      clientPrice: priced.clientPrice,
      billablePrice,
      quantity: parseAmount(record.recorded.total),
      failed: fact.status === "failed",
    };
    for (const quota of this.state.quotas) {
      if (!quotaCovers(quota, fact.serviceType) || !inWindow(quota)) continue;
      const reached = countUsage(quota, usage);
      if (reached.warned) this.decision.quotaEvents.push({ kind: "warning", quota, record });
      if (reached.exceeded) this.decision.quotaEvents.push({ kind: "exceeded", quota, record });
    }
    for (const alert of this.state.alerts) {
      if ((alert.serviceType !== null && alert.serviceType !== fact.serviceType) || !inWindow(alert))
        continue;
      const price = alert.counts === "billable" ? billablePrice : priced.clientPrice;
      for (const mark of countSpend(alert, price)) {
        this.decision.marks.push({ alert, mark, spent: alert.spent, record });
      }
    }
  }

  reserve({ request }: ReserveOp): OpOutcome {
    const fact: PricedFact = {
      ...request,
      planId: this.state.planId,
      status: "succeeded",
      occurredAtMs: this.state.nowMs,
      exchange: this.pricing.exchangeOf(
        this.state.currency,
        monthOf(localDay(this.state.timezone, this.state.nowMs)),
      ),
    };
    const priced = this.price(fact);
    const amount = request.estimatedPrice ? parseAmount(request.estimatedPrice) : priced.clientPrice;
    const quantity = parseAmount(recordedQuantities(request.serviceType, request.quantities).total);
    const before = this.state.quotas.filter((quota) => quota.exceeded);
    const admission = admitCall(this.state.quotas, request.serviceType, { amount, quantity });
    for (const quota of this.state.quotas) {
      if (quota.exceeded && !before.includes(quota)) {
        this.decision.quotaEvents.push({ kind: "exceeded", quota, record: null });
      }
    }
    if (!admission.admitted) return { kind: "reserved", outcome: this.refuse(admission.quotaId) };
    const id = admission.quotaIds.length > 0 ? newId() : null;
    if (id) {
      this.decision.reservations.push({ id, request, amount, quantity, quotaIds: admission.quotaIds });
    }
    const reservation = {
      id,
      estimatedCost: formatAmount(priced.providerCost),
      estimatedPrice: formatAmount(amount),
    };
    return { kind: "reserved", outcome: { admitted: true, reservation, advice: admission.advice } };
  }

  private refuse(quotaId: string): ReserveOutcome {
    const quota = this.state.quotas.find((one) => one.id === quotaId);
    const plan = quota?.kind === "plan_limit";
    const worded = quota?.pauseMessage ? quota : this.state.quotas.find((one) => one.pauseMessage);
    return {
      admitted: false,
      refusal: {
        code: plan ? "billing.plan_limit" : "billing.quota_exceeded",
        quotaId,
        quotaName: quota?.name ?? "",
        payable: quota?.measure === "money",
        pauseMessage: (quota?.kind === "quota" ? quota : worded)?.pauseMessage ?? null,
        resetsAt: new Date(quota?.window.end ?? this.state.nowMs).toISOString(),
      },
    };
  }
}

/**
 * Decides a group: room is given back first, commits are counted in their order, then reservations are admitted in
 * theirs. Pure but for the ids it makes; it moves `state` along.
 */
export function decideGroup(state: GroupState, pricing: PricingSnapshot, ops: readonly MeterOp[]): Decision {
  const decider = new GroupDecider(state, pricing);
  const outcomes: OpOutcome[] = ops.map(() => ({ kind: "released" }));
  for (const [i, op] of ops.entries()) if (op.kind === "commit") outcomes[i] = decider.commit(op);
  for (const [i, op] of ops.entries()) if (op.kind === "reserve") outcomes[i] = decider.reserve(op);
  return { ...decider.decision, outcomes };
}
