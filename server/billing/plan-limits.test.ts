import { beforeAll, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { flowCreate } from "#domain/flows/flow-input.ts";
import { createCustomer } from "#server/customers/save-customer.ts";
import { createFlow } from "#server/flows/save-flow.ts";
import { createUser } from "#server/people/save-member.ts";
import type { Actor } from "#server/trpc/context.ts";
import { changeSubscription } from "./subscriptions/change-subscription.ts";
import { addPlan, openSandbox } from "./testing/sandbox-tenant.ts";

useTestDatabase();

let actor: Actor;
beforeAll(async () => {
  const small = await addPlan({ name: "Small", limits: { customers: 3, flows: 1, seats: 1 } });
  ({ actor } = await openSandbox("2025-01-01T00:00:00Z"));
  await changeSubscription(actor, { planId: small.id, at: "now" });
});

const refused = { kind: "limit_reached", code: "billing.plan_limit" };

it("lets exactly as many customers in as the plan has room for, also when all come at once", async () => {
  const tried = await Promise.allSettled(
    Array.from({ length: 10 }, (_, i) => createCustomer(actor, { name: `C${i}` })),
  );
  expect(tried.filter((one) => one.status === "fulfilled")).toHaveLength(3);
  await expect(createCustomer(actor, { name: "One more" })).rejects.toMatchObject(refused);
});

it("gives out exactly as many seats as the plan has, also when people are added at once", async () => {
  const plan = await addPlan({ limits: { seats: 4 } });
  const { actor: owner } = await openSandbox("2025-01-01T00:00:00Z");
  await changeSubscription(owner, { planId: plan.id, at: "now" });
  const person = (i: number) =>
    ({ email: `seat-${i}@example.com`, name: `Seat ${i}`, role: "agent" }) as const;
  const tried = await Promise.allSettled(Array.from({ length: 12 }, (_, i) => createUser(owner, person(i))));
  expect(tried.filter((one) => one.status === "fulfilled")).toHaveLength(3);
  for (const one of tried) if (one.status === "rejected") expect(one.reason).toMatchObject(refused);
});

it("counts flows and seats alike, and has room again on a larger plan", async () => {
  const flow = (name: string) => createFlow(actor, flowCreate.parse({ name }));
  await flow("First");
  await expect(flow("Second")).rejects.toMatchObject({ ...refused, details: { kind: "flows", limit: 1 } });
  const person = { email: "second@example.com", name: "Second", role: "agent" } as const;
  await expect(createUser(actor, person)).rejects.toMatchObject(refused);
  await changeSubscription(actor, { planId: (await addPlan({ name: "Large" })).id, at: "now" });
  expect((await flow("Second")).name).toBe("Second");
});
