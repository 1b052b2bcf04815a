import { AsyncLocalStorage } from "node:async_hooks";
import { afterAll, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { appendOutbox, startRelay, stopRelay, subscribeOutbox, wakeRelay } from "./outbox.ts";

useTestDatabase();

afterAll(() => stopRelay());

it("relays outside the request that woke it", async () => {
  const request = new AsyncLocalStorage<string>();
  await startRelay({ knows: () => false, deliver: async () => ({ committed() {}, rolledBack() {} }) });
  const heard = new Promise((resolve) => {
    subscribeOutbox((facts) => {
      if (facts.some((fact) => fact.name === "test.told")) resolve(request.getStore() ?? "nobody's");
    });
  });
  await request.run("a page's", async () => {
    await withSystem("test", (tx) => appendOutbox(tx, [{ tenantId: null, name: "test.told", payload: {} }]));
    wakeRelay();
  });
  expect(await heard).toBe("nobody's");
});
