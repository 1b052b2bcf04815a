import { z } from "zod";
import { paging } from "#domain/core/paging.ts";
import { text } from "#domain/core/text.ts";
import { flowCreate, flowPatch } from "#domain/flows/flow-input.ts";
import { flowOperation } from "#domain/flows/operations/operation.ts";
import { router, tenantMutation, tenantQuery } from "#server/trpc/procedures.ts";
import { diffFlowVersions, publishFlow, rollBackFlow } from "./publish-flow.ts";
import {
  getExecution,
  getFlow,
  getFlowTraffic,
  listExecutions,
  listFlows,
  listFlowVersions,
  listSteps,
} from "./read-flows.ts";
import { archiveFlow, createFlow, saveFlowOperations, updateFlow } from "./save-flow.ts";
import { replayExecution, testFlow } from "./simulate-flow.ts";

const id = z.uuid();
const byId = z.strictObject({ id });
const version = z.number().int().min(0).max(100_000);

export const flowsRouter = router({
  list: tenantQuery("flows.view", { route: "GET /flows", summary: "List flows" })
    .input(z.strictObject(paging))
    .query(({ ctx, input }) => listFlows(ctx.actor, input)),
  get: tenantQuery("flows.view", {
    route: "GET /flows/{id}",
    summary: "Read a flow with its draft, what is live and its problems",
  })
    .input(byId)
    .query(({ ctx, input }) => getFlow(ctx.actor, input.id)),
  create: tenantMutation("flows.edit", {
    route: "POST /flows",
    summary: "Make a flow as a draft",
    status: 201,
    example: {
      name: "Say hello",
      trigger: { type: "intent", intent: "greeting" },
      nodes: [
        { key: "start", type: "start", name: "Start", settings: {}, x: 400, y: 0 },
        {
          key: "hello",
          type: "message",
          name: "Hello",
          settings: { text: "Hello {{ customer.name }}" },
          x: 400,
          y: 110,
        },
        {
          key: "done",
          type: "end",
          name: "Done",
          settings: { outcome: "greeted", resolve: false },
          x: 400,
          y: 220,
        },
      ],
      connections: [
        { key: "a", sourceKey: "start", sourcePort: "next", targetKey: "hello" },
        { key: "b", sourceKey: "hello", sourcePort: "next", targetKey: "done" },
      ],
    },
  })
    .input(flowCreate)
    .mutation(({ ctx, input }) => createFlow(ctx.actor, input)),
  update: tenantMutation("flows.edit", {
    route: "PATCH /flows/{id}",
    summary: "Change a flow's draft",
    example: { priority: 10 },
  })
    .input(flowPatch.extend({ id }))
    .mutation(({ ctx, input: { id: flowId, ...change } }) => updateFlow(ctx.actor, flowId, change)),
  archive: tenantMutation("flows.edit", {
    route: "DELETE /flows/{id}",
    summary: "Take a flow out of service",
  })
    .input(byId)
    .mutation(({ ctx, input }) => archiveFlow(ctx.actor, input.id)),
  saveOperations: tenantMutation("flows.edit")
    .input(
      z.strictObject({
        id,
        revision: z.number().int().min(0),
        operations: z.array(flowOperation).min(1).max(500),
      }),
    )
    .mutation(({ ctx, input }) => saveFlowOperations(ctx.actor, input)),
  versions: tenantQuery("flows.view", {
    route: "GET /flows/{id}/versions",
    summary: "List a flow's versions",
  })
    .input(z.strictObject({ id, ...paging }))
    .query(({ ctx, input }) => listFlowVersions(ctx.actor, input.id, input)),
  publish: tenantMutation("flows.publish", {
    route: "POST /flows/{id}/publish",
    summary: "Check the draft and make it live as the next version",
    example: { note: "Added out of stock notification" },
  })
    .input(z.strictObject({ id, note: text(500, 0).default("") }))
    .mutation(({ ctx, input }) => publishFlow(ctx.actor, input)),
  rollback: tenantMutation("flows.publish", {
    route: "POST /flows/{id}/rollback",
    summary: "Make an older version live again",
    example: { version: 1 },
  })
    .input(z.strictObject({ id, version: version.min(1) }))
    .mutation(({ ctx, input }) => rollBackFlow(ctx.actor, input)),
  diff: tenantQuery("flows.view", {
    route: "GET /flows/{id}/diff",
    summary: "What changed between two versions; 0 is the draft",
  })
    .input(z.strictObject({ id, from: version, to: version.default(0) }))
    .query(({ ctx, input }) => diffFlowVersions(ctx.actor, input)),
  testRun: tenantMutation("flows.edit", {
    route: "POST /flows/{id}/test-runs",
    summary: "Play a conversation against the draft without touching a customer",
    example: { messages: ["I want to buy AirPods Pro", "yes"] },
  })
    .input(z.strictObject({ id, messages: z.array(text(4000)).min(1).max(50) }))
    .mutation(({ ctx, input }) => testFlow(ctx.actor, input)),
  traffic: tenantQuery("flows.view", {
    route: "GET /flows/{id}/analytics",
    summary: "Exact counts of every connection of a version",
  })
    .input(z.strictObject({ id, version: version.optional() }))
    .query(({ ctx, input }) => getFlowTraffic(ctx.actor, input)),
});

export const flowExecutionsRouter = router({
  list: tenantQuery("flows.view", { route: "GET /flow-executions", summary: "List runs" })
    .input(
      z.strictObject({
        ...paging,
        flowId: id.optional(),
        conversationId: id.optional(),
        status: z.string().max(20).optional(),
      }),
    )
    .query(({ ctx, input }) => listExecutions(ctx.actor, input)),
  get: tenantQuery("flows.view", { route: "GET /flow-executions/{id}", summary: "Read a run" })
    .input(byId)
    .query(({ ctx, input }) => getExecution(ctx.actor, input.id)),
  steps: tenantQuery("flows.view", {
    route: "GET /flow-executions/{id}/steps",
    summary: "List a run's steps",
  })
    .input(z.strictObject({ id, ...paging }))
    .query(({ ctx, input }) => listSteps(ctx.actor, input.id, input)),
  replay: tenantMutation("flows.view", {
    route: "POST /flow-executions/{id}/replay",
    summary: "Play a run's recorded answers against the draft and see where the paths part",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => replayExecution(ctx.actor, input.id)),
});
