import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { clock } from "#server/runtime/clock.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { handOffConversation } from "../conversation-state.ts";

type Failed = {
  tenantId: TenantId;
  conversationId: string;
  leaseOwner: string;
  error: unknown;
  final: boolean;
};

/**
 * A turn threw. The lease is given back for the next try; after the last one the message that cannot be worked off is
 * set aside, staff are told, and a person takes the conversation: nothing blocks those behind it.
 */
export async function giveUpTurn({
  tenantId,
  conversationId,
  leaseOwner,
  error,
  final,
}: Failed): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  const now = (await clock.now(tenantId)).toISOString();
  await withTenant(tenantId, async (tx) => {
    if (final) {
      await tx.sql`update conversation_inbox set handled_at = now() where tenant_id = ${tenantId} and id = (
        select id from conversation_inbox where tenant_id = ${tenantId} and conversation_id = ${conversationId} and handled_at is null
        order by provider_time, arrival limit 1)`;
      await handOffConversation(tx, {
        conversationId,
        reason: "Aurora could not work on the last message.",
        now,
      });
    }
    await tx.sql`update conversations set lease_owner = null, lease_expires_at = null
      where tenant_id = ${tenantId} and id = ${conversationId} and lease_owner = ${leaseOwner}`;
  });
  if (!final) return;
  const source = `conversation:${conversationId}`;
  await recordSystemEvent({
    kind: "conversations.turn_failed",
    source,
    severity: 3,
    tenantId,
    message: reason,
  });
}
