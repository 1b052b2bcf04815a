import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { retryDelivery } from "#server/inbox/deliver/retry-delivery.ts";
import { inngest } from "../../client.ts";
import { eventSchemas } from "../../events.ts";

/** A further attempt of a refused message, when its time has come. The attempt row guards against a second one. */
export const retryDueDelivery = inngest.createFunction(
  { id: "conversations/retry-delivery", retries: 2, triggers: [{ event: "messages/delivery.due" }] },
  async ({ event }) => {
    const { tenantId, channelMessageId } = eventSchemas["messages/delivery.due"].parse(event.data);
    return { tried: await retryDelivery(tenantIdFrom(tenantId), channelMessageId) };
  },
);
