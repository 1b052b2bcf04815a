import { withTenant } from "#db/tenant.ts";
import { type ReportedUsage, reportedQuantities } from "#domain/billing/usage-report.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { clock } from "#server/runtime/clock.ts";
import { amountTooLarge } from "./meter/decide-group.ts";
import { meter } from "./meter/meter.ts";
import { payloadHash, shortHash, type UsageFact, type UsageRecord } from "./meter/usage-fact.ts";
import { previewPrice } from "./preview-price.ts";
import { fromUsage, type ListedUsage, listedUsage, usageColumns } from "./usage-query.ts";

const DAY = 86_400_000;

/** Nothing of what is metered is older; a time before it is a clock that was never set. */
const FIRST = Date.parse("2000-01-01T00:00:00Z");

/** Below so many units no price makes an amount of more than 12 digits. */
const LARGE = 1_000_000;

function factOf(tenantId: TenantId, reported: ReportedUsage): UsageFact {
  const { type, provider, model, quantity } = reported;
  return {
    tenantId,
    idempotencyKey: reported.idempotencyKey,
    serviceType: type,
    provider: provider ?? "own",
    model: model ?? type,
    status: "succeeded",
    quantities: reportedQuantities(type, quantity),
    occurredAt: reported.occurredAt,
    conversationId: reported.conversationId ?? null,
  };
}

async function checkConversations(tenantId: TenantId, facts: readonly UsageFact[]): Promise<void> {
  const wanted = [...new Set(facts.flatMap((fact) => fact.conversationId ?? []))];
  if (wanted.length === 0) return;
  const found = await withTenant(
    tenantId,
    (tx) =>
      tx.sql`select id from conversations where tenant_id = ${tenantId} and id = any(${wanted}::uuid[])`,
  );
  if (found.length < wanted.length) throw notFound("conversation");
}

/** Refuses the whole batch where the price of a record is more than an amount can hold. */
async function checkAmounts(tenantId: TenantId, records: readonly ReportedUsage[]): Promise<void> {
  for (const { type, provider = "own", model = type, quantity, occurredAt } of records) {
    if (quantity < LARGE) continue;
    const quantities = reportedQuantities(type, quantity);
    const fact = { tenantId, serviceType: type, provider, model, occurredAt, quantities };
    const { providerCost, clientPrice } = await previewPrice({ ...fact, status: "succeeded" });
    if (/^\d{13}/.test(providerCost) || /^\d{13}/.test(clientPrice)) throw amountTooLarge();
  }
}

function checkTimes(records: readonly ReportedUsage[], nowMs: number): void {
  const times = records.map((record) => Date.parse(record.occurredAt));
  if (times.some((time) => time > nowMs + DAY)) {
    const message = "occurredAt lies more than a day ahead of the workspace's clock.";
    throw new AppError("invalid", "usage.in_future", message);
  }
  if (times.some((time) => time < FIRST)) {
    const message = "occurredAt lies before the year 2000; give the time at which the usage happened.";
    throw new AppError("invalid", "usage.too_old", message);
  }
}

function conflict(keys: readonly string[]): AppError {
  const message = `These idempotency keys already stand for other usage, and the first stays: ${keys.slice(0, 5).join(", ")}.`;
  return new AppError("conflict", "usage.key_reused", message, { keys: [...keys] });
}

/** Refuses the whole batch where a key already stands for another fact, so that nothing of it is recorded. */
async function checkKeys(tenantId: TenantId, facts: readonly UsageFact[]): Promise<void> {
  const wanted = new Map<string, string>();
  const reused = new Set<string>();
  for (const fact of facts) {
    const hash = shortHash(fact.idempotencyKey);
    const payload = payloadHash(fact);
    if ((wanted.get(hash) ?? payload) !== payload) reused.add(fact.idempotencyKey);
    wanted.set(hash, payload);
  }
  const known = await withTenant(
    tenantId,
    (tx) => tx.sql`select key_hash, payload_hash, key from usage_keys
      where tenant_id = ${tenantId} and key_hash = any(${[...wanted.keys()]}::uuid[])`,
  );
  for (const row of known)
    if (wanted.get(row.key_hash as string) !== row.payload_hash) reused.add(row.key as string);
  if (reused.size > 0) throw conflict([...reused]);
}

/** Committed records as the list shows them: a report that came again may be on an invoice by now. */
async function asListed(tenantId: TenantId, committed: readonly UsageRecord[]): Promise<ListedUsage[]> {
  const ids = committed.map((record) => record.id);
  const times = committed.map((record) => Date.parse(record.occurredAt));
  const [first, last] = [Math.min(...times), Math.max(...times)].map((time) => new Date(time).toISOString());
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql`select ${usageColumns(tx)} from ${fromUsage(tx)} where u.tenant_id = ${tenantId}
      and u.id = any(${ids}::uuid[]) and u.occurred_at between ${first ?? null} and ${last ?? null}`,
  );
  const listed = new Map(rows.map((row) => [String(row.id), listedUsage(row)]));
  return committed.map(
    (record) =>
      listed.get(record.id) ?? { ...record, isBilled: false, invoiceLineId: null, adjustedById: null },
  );
}

/**
 * Records usage that a program reports about itself, priced by the same rules. Idempotent by key: the same report
 * again returns the same records; another content under a known key refuses the batch with `conflict`.
 */
export async function reportUsage(
  tenantId: TenantId,
  records: readonly ReportedUsage[],
): Promise<ListedUsage[]> {
  checkTimes(records, (await clock.now(tenantId)).getTime());
  const facts = records.map((record) => factOf(tenantId, record));
  await checkConversations(tenantId, facts);
  await checkKeys(tenantId, facts);
  await checkAmounts(tenantId, records);
  const committed = await Promise.all(facts.map((fact) => meter.commit(fact)));
  return asListed(tenantId, committed);
}
