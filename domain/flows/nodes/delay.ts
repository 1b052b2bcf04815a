import { z } from "zod";
import { NEXT, type NodeKind } from "./node-kind.ts";

const settings = z.strictObject({
  seconds: z
    .number()
    .int()
    .min(1)
    .max(2_592_000)
    .describe("How long the run waits, on the workspace's clock."),
});
type Settings = z.infer<typeof settings>;

function words(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.round(seconds / 360) / 10} h` : `${Math.round(seconds / 8640) / 10} days`;
}

export const delayNode: NodeKind<Settings> = {
  type: "delay",
  label: "Delay",
  family: "decide",
  icon: "timer",
  description: "Waits for some time, also over a restart.",
  settings,
  defaults: { seconds: 3600 },
  ports: () => [NEXT],
  summary: (s) => words(s.seconds),
  waits: true,
  enter: (s) => ({ do: "wait", command: { type: "wait_timer", seconds: s.seconds } }),
  resume: (s, _context, answer) =>
    answer.type === "timer"
      ? { do: "leave", port: "next" }
      : { do: "wait", command: { type: "wait_timer", seconds: s.seconds } },
};
