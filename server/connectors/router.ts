import { z } from "zod";
import {
  connectorCreate,
  connectorPatch,
  endpointCreate,
  endpointPatch,
} from "#domain/connectors/connector-input.ts";
import { paging } from "#domain/core/paging.ts";
import { router, tenantMutation, tenantQuery } from "#server/trpc/procedures.ts";
import {
  callConnector,
  getConnector,
  getEndpoint,
  listConnectorLogs,
  listConnectors,
  listEndpoints,
  testConnector,
} from "./read-connectors.ts";
import {
  archiveConnector,
  archiveEndpoint,
  createConnector,
  createEndpoint,
  updateConnector,
  updateEndpoint,
} from "./save-connector.ts";

const id = z.uuid();
const byId = z.strictObject({ id });
const view = "connectors.view";
const manage = "connectors.manage";

const endpointsRouter = router({
  list: tenantQuery(view, {
    route: "GET /connectors/{id}/endpoints",
    summary: "List a connector's endpoints",
  })
    .input(z.strictObject({ id, ...paging }))
    .query(({ ctx, input }) => listEndpoints(ctx.actor, input.id, input)),
  get: tenantQuery(view, {
    route: "GET /connectors/{id}/endpoints/{endpointId}",
    summary: "Read an endpoint",
  })
    .input(z.strictObject({ id, endpointId: id }))
    .query(({ ctx, input }) => getEndpoint(ctx.actor, input.id, input.endpointId)),
  create: tenantMutation(manage, {
    route: "POST /connectors/{id}/endpoints",
    summary: "Add an endpoint",
    status: 201,
    example: {
      name: "Get product by name",
      method: "GET",
      pathTemplate: "/products.json",
      queryTemplate: { title: "{{ product_name }}" },
      responseMapping: { id: "$.products[0].id", name: "$.products[0].title" },
      cacheSeconds: 300,
    },
  })
    .input(endpointCreate.extend({ id }))
    .mutation(({ ctx, input: { id: connectorId, ...input } }) =>
      createEndpoint(ctx.actor, connectorId, input),
    ),
  update: tenantMutation(manage, {
    route: "PATCH /connectors/{id}/endpoints/{endpointId}",
    summary: "Change an endpoint",
    example: { cacheSeconds: 60 },
  })
    .input(endpointPatch.extend({ id, endpointId: id }))
    .mutation(({ ctx, input: { id: connectorId, endpointId, ...change } }) =>
      updateEndpoint(ctx.actor, connectorId, endpointId, change),
    ),
  archive: tenantMutation(manage, {
    route: "DELETE /connectors/{id}/endpoints/{endpointId}",
    summary: "Take an endpoint out of service",
  })
    .input(z.strictObject({ id, endpointId: id }))
    .mutation(({ ctx, input }) => archiveEndpoint(ctx.actor, input.id, input.endpointId)),
});

export const connectorsRouter = router({
  list: tenantQuery(view, { route: "GET /connectors", summary: "List connectors" })
    .input(z.strictObject(paging))
    .query(({ ctx, input }) => listConnectors(ctx.actor, input)),
  get: tenantQuery(view, { route: "GET /connectors/{id}", summary: "Read a connector" })
    .input(byId)
    .query(({ ctx, input }) => getConnector(ctx.actor, input.id)),
  create: tenantMutation(manage, {
    route: "POST /connectors",
    summary: "Connect an external system",
    status: 201,
    example: {
      name: "Main store",
      preset: "shopify",
      type: "rest",
      baseUrl: "https://example.myshopify.com/admin/api/2024-01",
      authentication: "preset",
      credentials: { accessToken: "shpat_…" },
      timeoutSeconds: 30,
      retryCount: 3,
    },
  })
    .input(connectorCreate)
    .mutation(({ ctx, input }) => createConnector(ctx.actor, input)),
  update: tenantMutation(manage, {
    route: "PATCH /connectors/{id}",
    summary: "Change a connector",
    example: { timeoutSeconds: 10 },
  })
    .input(connectorPatch.extend({ id }))
    .mutation(({ ctx, input: { id: connectorId, ...change } }) =>
      updateConnector(ctx.actor, connectorId, change),
    ),
  archive: tenantMutation(manage, {
    route: "DELETE /connectors/{id}",
    summary: "Take a connector out of service",
  })
    .input(byId)
    .mutation(({ ctx, input }) => archiveConnector(ctx.actor, input.id)),
  test: tenantMutation(manage, {
    route: "POST /connectors/{id}/test",
    summary: "Check that the other side answers",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => testConnector(ctx.actor, input.id)),
  callEndpoint: tenantMutation("connectors.call", {
    route: "POST /connectors/{id}/call",
    summary: "Call an endpoint by hand",
    example: { endpointId: "0190a1b2-0000-7000-8000-000000000000", inputs: { product_name: "AirPods Pro" } },
  })
    .input(
      z.strictObject({ id, endpointId: id, inputs: z.record(z.string().max(120), z.json()).default({}) }),
    )
    .mutation(({ ctx, input }) => callConnector(ctx.actor, input)),
  logs: tenantQuery(view, { route: "GET /connectors/{id}/logs", summary: "List a connector's calls" })
    .input(z.strictObject({ id, ...paging, conversationId: id.optional(), flowExecutionId: id.optional() }))
    .query(({ ctx, input }) => listConnectorLogs(ctx.actor, input.id, input)),
  endpoints: endpointsRouter,
});
