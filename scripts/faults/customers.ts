import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import type { ProviderPost } from "./provider-post.ts";

const ENDED = new Set(["completed", "failed", "cancelled", "timed_out", "handed_off"]);

export const markerOf = (index: number) => String(index).padStart(4, "0");
export const phoneOf = (index: number) => `1202600${markerOf(index)}`;

/** Where each customer's newest run stands, read from the rows again and again. */
export class RunWatch {
  private readonly states = new Map<string, string>();
  private readonly tenantId: TenantId;
  private stopped = false;

  constructor(tenantId: TenantId) {
    this.tenantId = tenantId;
    void this.look();
  }

  stateOf(phone: string): string {
    return this.states.get(phone) ?? "none";
  }

  stop(): void {
    this.stopped = true;
  }

  private async look(): Promise<void> {
    while (!this.stopped) {
      const rows = await withTenant(
        this.tenantId,
        (tx) => tx.sql`select c.phone, e.status from flow_executions e
          join conversations v on v.tenant_id = e.tenant_id and v.id = e.conversation_id
          join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id order by e.id`,
      ).catch(() => []);
      for (const row of rows) this.states.set(String(row.phone).replace(/^\+/, ""), String(row.status));
      await pause(100);
    }
  }
}

export type Played = { index: number; phone: string; messageIds: string[]; state: string };

/**
 * One customer plays the purchase: asks, waits until Aurora waits for an answer, says yes, waits for the end. Gives up
 * when `over` says so; the state then tells where it stands.
 */
export async function playCustomer(
  index: number,
  post: ProviderPost,
  watch: RunWatch,
  over: () => boolean,
): Promise<Played> {
  const phone = phoneOf(index);
  const ids = [0, 1].map(() => `wamid.${randomBytes(12).toString("base64url")}`);
  const until = async (holds: (state: string) => boolean) => {
    while (!holds(watch.stateOf(phone)) && !over()) await pause(50);
    return watch.stateOf(phone);
  };
  await post.say(
    phone,
    ids[0] ?? "",
    `I want to buy AirPods Pro, my number is #${markerOf(index)}`,
    index % 7 === 0,
  );
  await until((state) => state === "waiting" || ENDED.has(state));
  await post.say(phone, ids[1] ?? "", "Yes, please!", index % 11 === 0);
  return { index, phone, messageIds: ids, state: await until((state) => ENDED.has(state)) };
}
