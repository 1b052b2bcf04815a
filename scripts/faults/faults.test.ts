import { expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { playFaults } from "./play-faults.ts";
import { REQUIRED } from "./strikes.ts";

useTestDatabase();

it("loses and doubles nothing when the process is killed six times during forty conversations", async () => {
  const report = await playFaults({ conversations: 40, kills: 6 });
  const struck = new Set(report.struck.map((one) => one.place));
  expect(report.struck).toHaveLength(6);
  for (const { place } of REQUIRED) expect([...struck]).toContain(place);
  expect(report.findings.length).toBeGreaterThanOrEqual(8);
  for (const finding of report.findings) {
    expect(finding.seen, finding.what).toBeGreaterThan(0);
    expect(finding.wrong, finding.what).toEqual([]);
  }
}, 120_000);
