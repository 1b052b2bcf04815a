import { z } from "zod";
import { NEXT, type NodeKind } from "./node-kind.ts";

const settings = z.strictObject({});

export const startNode: NodeKind<z.infer<typeof settings>> = {
  type: "start",
  label: "Start",
  family: "start",
  icon: "zap",
  description: "Where a run begins when the flow's trigger fires.",
  settings,
  defaults: {},
  ports: () => [NEXT],
  summary: () => "When the trigger fires",
  enter: () => ({ do: "leave", port: "next" }),
};
