import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { handleRestRequest } from "#server/rest/handle-request.ts";
import { restRoutes } from "#server/rest/routes.ts";
import { forget } from "#server/runtime/process.ts";
import { demoSecrets } from "../demo-secrets.ts";
import { seedDemo } from "./seed-demo.ts";

useTestDatabase();

const folder = mkdtempSync(path.join(tmpdir(), "aurora-seed-"));

beforeAll(async () => {
  Object.assign(process.env, {
    AURORA_DATA_DIR: folder,
    ENCRYPTION_KEY: "k".repeat(40),
    AUTH_SECRET: "s".repeat(40),
  });
  for (const name of ["env", "demo.secrets"]) forget(name);
  await seedDemo();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

it("gives each demo tenant a row in every collection of the public API", async () => {
  const lists = restRoutes().filter(
    (route) =>
      route.audience === "tenant" &&
      route.method === "GET" &&
      route.params.length === 0 &&
      !route.binding.file,
  );
  const empty: string[] = [];
  for (const slug of ["shopeasy", "mario-foods"]) {
    for (const { path: address } of lists) {
      const request = new Request(`http://house.test/api/v1${address}`, {
        headers: { authorization: `Bearer ${demoSecrets().apiKeys[slug]}` },
      });
      const response = await handleRestRequest(request, "tenant", address.slice(1).split("/"));
      const body = (await response.json()) as { data?: unknown[] };
      if (response.status !== 200 || body.data?.length === 0)
        empty.push(`${slug} ${address} ${response.status}`);
    }
  }
  expect(empty).toEqual([]);
  expect(lists.length).toBeGreaterThan(20);
});
