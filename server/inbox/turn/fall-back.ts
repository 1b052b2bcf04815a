import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { wakeRelaySoon } from "#server/runtime/outbox.ts";
import { handOffConversation } from "../conversation-state.ts";
import { openSend } from "../deliver/open-send.ts";
import type { Turn } from "./load-turn.ts";

type Write = (tx: TenantTransaction) => Promise<unknown>;

const WORDS = "Thank you for your message. A colleague will answer you here.";

/** The customer is told that a person takes over, and a person does; a customer is never left in silence. */
export async function fallBack(
  turn: Turn,
  writes: readonly Write[],
  reason: string,
  now: string,
  words?: unknown,
): Promise<void> {
  const { partner } = turn;
  const own = words ?? turn.settings.fallbackMessage;
  const send = openSend(partner, {
    role: "assistant",
    text: typeof own === "string" && own !== "" ? own : WORDS,
    buttons: [],
    template: null,
    effectKey: partner.inboundMessageId ? `fallback:${partner.inboundMessageId}` : null,
    now,
    lastWords: true,
  });
  await withTenant(partner.tenantId, (tx) =>
    Promise.all([
      handOffConversation(tx, { conversationId: partner.conversationId, reason, now }),
      send.insert(tx),
      ...writes.map((write) => write(tx)),
    ]),
  );
  wakeRelaySoon();
  const { settle } = await send.perform();
  if (settle) await withTenant(partner.tenantId, settle);
  wakeRelaySoon();
}
