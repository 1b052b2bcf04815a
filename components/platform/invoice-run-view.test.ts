import { expect, it } from "vitest";
import { type InvoiceRunView, runPace, runWords } from "./invoice-run-view.ts";

const run: InvoiceRunView = {
  id: "r",
  period: "2025-01",
  status: "running",
  startedByName: "Ruth",
  startedAt: "2025-02-02T00:00:00.000Z",
  finishedAt: null,
  total: 214,
  done: 182,
  created: 180,
  existing: 0,
  nothingToBill: 1,
  notClosed: 0,
  stopped: 1,
  failed: 0,
};

it("says what a run came to so far", () => {
  expect(runWords(run)).toBe("180 made final, 1 with nothing to bill, 1 stopped");
  expect(runWords({ ...run, created: 0, nothingToBill: 0, stopped: 0 })).toBe("Nothing yet");
});

it.each([
  [60_000, { speed: "3 a second", left: "11 s left" }],
  [1_820_000, { speed: "6 a minute", left: "5 min left" }],
  [100, null],
])("tells its pace after %i ms", (after, pace) => {
  expect(runPace(run, Date.parse(run.startedAt) + after)).toEqual(pace);
});

it("tells no pace of a run that is over", () => {
  expect(runPace({ ...run, status: "finished" }, Date.parse(run.startedAt) + 60_000)).toBeNull();
});
