import { z } from "zod";
import { text } from "#domain/core/text.ts";

const shape = {
  name: z
    .string()
    .min(1)
    .max(80)
    .regex(/^[\w-]+$/, "letters, digits, _ and - only"),
  description: text(500, 0),
  examples: z.array(text(500)).max(500),
  threshold: z.number().min(0).max(1),
  active: z.boolean(),
};

export const intentCreate = z.strictObject({
  ...shape,
  description: shape.description.default(""),
  examples: shape.examples.default([]),
  threshold: shape.threshold.default(0.5),
  active: shape.active.default(true),
});
export const intentPatch = z.strictObject(shape).partial();
