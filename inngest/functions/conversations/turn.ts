import { NonRetriableError } from "inngest";
import { AppError, FINAL_KINDS } from "#domain/core/app-error.ts";
import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { ingestWebhook } from "#server/inbox/ingest/ingest-webhook.ts";
import { giveUpTurn } from "#server/inbox/turn/give-up-turn.ts";
import { newLeaseOwner, takeLease } from "#server/inbox/turn/lease.ts";
import type { TurnFacts } from "#server/inbox/turn/load-turn.ts";
import { runTurn } from "#server/inbox/turn/run-turn.ts";
import { inngest } from "../../client.ts";
import { eventSchemas } from "../../events.ts";

/** Conversations of one batch that are worked on at the same time. */
const LANES = 4;
const RETRIES = 4;

async function eachInLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const open = [...items];
  const lane = async () => {
    for (let item = open.shift(); item !== undefined; item = open.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(LANES, open.length) }, lane));
}

type Held = { conversationId: string; facts: TurnFacts | null };

/** The conversations an event speaks of whose lease this turn holds. */
async function conversationsOf(event: { name: string; data: unknown }, leaseOwner: string) {
  if (event.name === "webhooks/request.received") {
    const { tenantId, channelId, journalId } = eventSchemas["webhooks/request.received"].parse(event.data);
    const id = tenantIdFrom(tenantId);
    const touched = await ingestWebhook({ tenantId: id, channelId, journalId, leaseOwner });
    const held: Held[] = [];
    for (const one of touched) {
      // A repeat brought nothing new, but the run before it may have died with work in the queue.
      if (one.leased || (one.messageId === null && (await takeLease(id, one.conversationId, leaseOwner)))) {
        held.push({ conversationId: one.conversationId, facts: one.facts });
      }
    }
    return { tenantId: id, held };
  }
  const { tenantId, conversationId } = eventSchemas["conversations/turn.requested"].parse(event.data);
  const id = tenantIdFrom(tenantId);
  const taken = await takeLease(id, conversationId, leaseOwner);
  return { tenantId: id, held: taken ? [{ conversationId, facts: null }] : [] };
}

/**
 * The main job: one run a webhook, from the raw request to the last reply. Its durability is rows (journal, queue,
 * attempts, run state), so it needs no steps: run again from the start, it finds what is done and goes on.
 */
export const conversationTurn = inngest.createFunction(
  {
    id: "conversations/turn",
    retries: RETRIES,
    triggers: [{ event: "webhooks/request.received" }, { event: "conversations/turn.requested" }],
  },
  async ({ event, attempt }) => {
    const leaseOwner = newLeaseOwner();
    const { tenantId, held } = await conversationsOf(event as { name: string; data: unknown }, leaseOwner);
    await eachInLanes(held, async ({ conversationId, facts }) => {
      try {
        await runTurn(tenantId, conversationId, leaseOwner, facts);
      } catch (error) {
        const hopeless = error instanceof AppError && FINAL_KINDS.has(error.kind);
        await giveUpTurn({
          tenantId,
          conversationId,
          leaseOwner,
          error,
          final: hopeless || attempt >= RETRIES,
        });
        throw hopeless ? new NonRetriableError(error.message, { cause: error }) : error;
      }
    });
    return { conversations: held.length };
  },
);
