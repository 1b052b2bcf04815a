import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { amountFromDatabase, parseAmount } from "#domain/money/amount.ts";
import { meter } from "#server/billing/meter/meter.ts";
import type { UsageFact } from "#server/billing/meter/usage-fact.ts";

type Kind = Pick<UsageFact, "serviceType" | "provider" | "model" | "quantities">;

/** One day's usage beside the conversations; weekends are quieter. */
function dayOf(at: Date, index: number, size: number): Kind[] {
  const quiet = at.getUTCDay() === 0 || at.getUTCDay() === 6;
  const scale = (quiet ? 1 : 3) * size;
  return [
    {
      serviceType: "token",
      provider: "openai",
      model: "gpt-4",
      quantities: { input: 9_000 * scale + (index % 5) * 800, output: 2_400 * scale + (index % 3) * 500 },
    },
    {
      serviceType: "voice",
      provider: "deepgram",
      model: "nova-3",
      quantities: { seconds: 60 * (2 * scale + (index % 4)) },
    },
    {
      serviceType: "sms",
      provider: "twilio",
      model: "us-sms",
      quantities: { segments: 6 * scale + (index % 6) },
    },
    { serviceType: "email", provider: "smtp", model: "transactional", quantities: { units: 4 * scale } },
  ];
}

async function spentThisMonth(tenantId: TenantId, month: string): Promise<string> {
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql`
    select coalesce(sum(client_price), 0)::text as spent from usage_breakdown where tenant_id = ${tenantId} and billing_month = ${`${month}-01`}`,
  );
  return String(rows[0]?.spent);
}

/** Months of usage a day at a time, up to yesterday. */
export async function addPastUsage(tenantId: TenantId, days: number, size: number): Promise<void> {
  const now = Date.now();
  const facts: UsageFact[] = [];
  for (let back = days; back >= 1; back -= 1) {
    const at = new Date(now - back * 86_400_000);
    for (const kind of dayOf(at, back, size)) {
      const key = `past-day:${at.toISOString().slice(0, 10)}:${kind.serviceType}`;
      facts.push({
        tenantId,
        idempotencyKey: key,
        status: "succeeded",
        occurredAt: at.toISOString(),
        ...kind,
      });
    }
  }
  await Promise.all(facts.map((fact) => meter.commit(fact)));
}

/**
 * Brings this month's spend to a wanted amount by traffic, which is priced by the kilobyte at 0.000001. Does nothing
 * where more was spent already.
 */
export async function topUpSpend(tenantId: TenantId, wanted: string, timezone: string): Promise<void> {
  const now = new Date();
  const local = new Intl.DateTimeFormat("en-CA", { timeZone: timezone, dateStyle: "short" }).format(now);
  const missing = parseAmount(wanted) - amountFromDatabase(await spentThisMonth(tenantId, local.slice(0, 7)));
  if (missing <= 0n) return;
  const units = Number(missing / 1_000_000n);
  await meter.commit({
    tenantId,
    idempotencyKey: `past-traffic:${local}`,
    serviceType: "bandwidth",
    provider: "aurora",
    model: "traffic",
    status: "succeeded",
    quantities: { units },
    occurredAt: now.toISOString(),
  });
}
