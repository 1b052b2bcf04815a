import { z } from "zod";
import { channelCreate, channelPatch } from "#domain/channels/channel-input.ts";
import { paging } from "#domain/core/paging.ts";
import { router, tenantMutation, tenantQuery } from "#server/trpc/procedures.ts";
import { getChannel, getChannelHealth, listChannels, testChannel } from "./read-channels.ts";
import { archiveChannel, createChannel, updateChannel } from "./save-channel.ts";

const byId = z.strictObject({ id: z.uuid() });
const view = "channels.view";
const manage = "channels.manage";

export const channelsRouter = router({
  list: tenantQuery(view, { route: "GET /channels", summary: "List channels" })
    .input(z.strictObject({ ...paging, type: z.string().max(40).optional() }))
    .query(({ ctx, input }) => listChannels(ctx.actor, input)),
  get: tenantQuery(view, { route: "GET /channels/{id}", summary: "Read a channel" })
    .input(byId)
    .query(({ ctx, input }) => getChannel(ctx.actor, input.id)),
  create: tenantMutation(manage, {
    route: "POST /channels",
    summary: "Connect a channel",
    status: 201,
    example: {
      type: "whatsapp",
      name: "Support line",
      settings: {
        phoneNumberId: "106540352242922",
        accessToken: "EAAG…",
        appSecret: "b1c2…",
        verifyToken: "choose-one",
      },
    },
  })
    .input(channelCreate)
    .mutation(({ ctx, input }) => createChannel(ctx.actor, input)),
  update: tenantMutation(manage, {
    route: "PATCH /channels/{id}",
    summary: "Change a channel; what is not named stays, also inside settings",
    example: { name: "Support line, Europe", settings: { apiBaseUrl: "https://graph.facebook.com" } },
  })
    .input(channelPatch.extend({ id: z.uuid() }))
    .mutation(({ ctx, input: { id, ...change } }) => updateChannel(ctx.actor, id, change)),
  archive: tenantMutation(manage, {
    route: "DELETE /channels/{id}",
    summary: "Take a channel out of service",
  })
    .input(byId)
    .mutation(({ ctx, input }) => archiveChannel(ctx.actor, input.id)),
  test: tenantMutation(manage, {
    route: "POST /channels/{id}/test",
    summary: "Check the credentials with the provider",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => testChannel(ctx.actor, input.id)),
  health: tenantQuery(view, { route: "GET /channels/{id}/health", summary: "How a channel does" })
    .input(byId)
    .query(({ ctx, input }) => getChannelHealth(ctx.actor, input.id)),
});
