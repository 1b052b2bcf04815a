import { withSystem } from "#db/system.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { logger } from "#server/runtime/logger.ts";
import { once } from "#server/runtime/process.ts";

type Link = { tenantId: TenantId; responseId: string; recordId: string };
type Waiting = { links: Link[]; timer: NodeJS.Timeout | null };
const waiting = () => once<Waiting>("ai.usageLinks", () => ({ links: [], timer: null }));

/** Writes the links collected so far in one statement. What a crash loses, the sweep finds again. */
export async function flushUsageLinks(): Promise<void> {
  const state = waiting();
  if (state.timer) clearTimeout(state.timer);
  state.timer = null;
  const links = state.links.splice(0);
  if (links.length === 0) return;
  await withSystem(
    "link usage records",
    (tx) => tx.sql`
    update ai_responses r set usage_record_id = l.record_id
    from unnest(${links.map((l) => l.tenantId)}::uuid[], ${links.map((l) => l.responseId)}::uuid[], ${links.map((l) => l.recordId)}::uuid[])
      as l(tenant_id, response_id, record_id)
    where r.tenant_id = l.tenant_id and r.id = l.response_id`,
  );
}

/** Notes that a call's usage is recorded; written down for many calls at once, half a second later. */
export function linkUsage(tenantId: TenantId, responseId: string, recordId: string): void {
  const state = waiting();
  state.links.push({ tenantId, responseId, recordId });
  state.timer ??= setTimeout(() => {
    flushUsageLinks().catch((error: unknown) => logger.warn({ error }, "usage links were not written"));
  }, 500).unref();
}
