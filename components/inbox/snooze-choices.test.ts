import { describe, expect, it } from "vitest";
import { snoozeChoices } from "./snooze-choices.ts";

const untils = (zone: string, now: string) =>
  snoozeChoices(zone, Date.parse(now)).map((choice) => choice.until.replace(":00.000Z", ""));

describe("what a conversation can be snoozed until", () => {
  it("is an hour, tomorrow's and next Monday's morning in the workspace's zone", () => {
    // A Saturday evening in New York, where it is UTC-5.
    expect(untils("America/New_York", "2026-11-22T02:30:00Z")).toEqual([
      "2026-11-22T03:30",
      "2026-11-22T14:00",
      "2026-11-23T14:00",
    ]);
  });

  it("is a whole week away on a Monday", () => {
    expect(untils("UTC", "2026-11-23T08:00:00Z")[2]).toBe("2026-11-30T09:00");
    expect(untils("UTC", "2026-11-29T08:00:00Z")[2]).toBe("2026-11-30T09:00");
  });

  it("is nine by the clock also on a day when the clocks change", () => {
    expect(untils("Europe/Berlin", "2026-03-28T12:00:00Z")[1]).toBe("2026-03-29T07:00");
    expect(untils("Europe/Berlin", "2026-10-24T12:00:00Z")[1]).toBe("2026-10-25T08:00");
  });
});
