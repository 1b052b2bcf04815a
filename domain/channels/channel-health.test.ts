import { describe, expect, it } from "vitest";
import { channelHealth } from "./channel-health.ts";

describe("a channel's health", () => {
  it.each([
    ["connected", 0, 0, 0, "healthy"],
    ["connected", 100, 5, 0, "healthy"],
    ["connected", 100, 6, 0, "warning"],
    ["connected", 100, 20, 0, "warning"],
    ["connected", 100, 21, 0, "critical"],
    ["connected", 1, 1, 0, "critical"],
    ["connected", 0, 0, 1, "warning"],
    ["failed", 0, 0, 0, "critical"],
    ["failed", 100, 0, 0, "critical"],
    ["disconnected", 0, 0, 0, "healthy"],
  ] as const)(
    "%s, %i sent, %i failed, %i webhooks unread: %s",
    (status, sent, failed, failedWebhooks, health) => {
      expect(channelHealth({ status, sent, failed, failedWebhooks })).toBe(health);
    },
  );
});
