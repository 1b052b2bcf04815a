import { z } from "zod";
import { text } from "#domain/core/text.ts";
import { flowConnection, flowNode, flowSettings, flowTrigger, flowVariable } from "./flow-definition.ts";

export const flowCreate = z.strictObject({
  name: text(120),
  description: text(1000, 0).default(""),
  trigger: flowTrigger.default({ type: "manual" }),
  priority: z.number().int().min(-1000).max(1000).default(0),
  nodes: z.array(flowNode).max(1000).optional().describe("Empty: one start node."),
  connections: z.array(flowConnection).max(3000).default([]),
  variables: z.array(flowVariable).max(200).default([]),
  settings: flowSettings.optional(),
});

export const flowPatch = z.strictObject({
  name: text(120).optional(),
  description: text(1000, 0).optional(),
  trigger: flowTrigger.optional(),
  priority: z.number().int().min(-1000).max(1000).optional(),
  nodes: z.array(flowNode).max(1000).optional(),
  connections: z.array(flowConnection).max(3000).optional(),
  variables: z.array(flowVariable).max(200).optional(),
  settings: flowSettings.optional(),
});
