import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { quotaInput } from "#domain/billing/quota.ts";
import { createQuota, deleteQuota } from "#server/billing/quotas.ts";
import { listSteps } from "#server/flows/read-flows.ts";
import { fixedModel, post, startMainJob, until } from "#server/testing/main-job.ts";
import { acceptWebhook } from "../accept-webhook.ts";

useTestDatabase();

let job: Awaited<ReturnType<typeof startMainJob>>;
const model = fixedModel({
  classify: JSON.stringify({ intent: "product_purchase", confidence: 0.95 }),
  extract: JSON.stringify({ product_name: "AirPods Pro" }),
});

beforeAll(async () => {
  job = await startMainJob(model);
});
afterAll(() => job.stop());

const conversationOf = (phone: string) =>
  until(
    job.tenantId,
    (
      sql,
    ) => sql`select v.* from conversations v join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
      where c.phone = ${phone} order by v.started_at desc`,
    (rows) => rows.length > 0,
  ).then((rows) => rows[0] as Record<string, unknown>);

describe("the complete scenario, from a signed webhook to the last reply", () => {
  it("answers, asks, waits; then orders, confirms and resolves, and every call is on the bill", async () => {
    expect(await post(job.webhookUrl, { id: "wamid.123", text: "I want to buy AirPods Pro" })).toBe(200);
    await until(
      job.tenantId,
      (sql) => sql`select status, current_node_key, variables, executed_nodes from flow_executions`,
      (rows) => rows[0]?.status === "waiting" || rows[0]?.status === "failed",
    );
    const thread = job.whatsapp.thread("12025550123");
    expect(thread.map((message) => message.text)).toEqual([
      "Great! Let me help you with that.",
      "AirPods Pro is available for $249.00!\n\nWould you like to proceed with purchase?",
    ]);
    expect(job.shop.requests.map((request) => request.url)).toEqual([
      "/admin/api/2024-01/products.json?title=AirPods%20Pro",
    ]);

    expect(await post(job.webhookUrl, { id: "wamid.124", text: "Yes, please!" })).toBe(200);
    const [run] = await until(
      job.tenantId,
      (sql) => sql`select * from flow_executions`,
      (rows) => rows[0]?.status === "completed" || rows[0]?.status === "failed",
    );
    expect(run).toMatchObject({ status: "completed", outcome: "ordered", error: null });
    expect(run?.variables).toMatchObject({
      order_id: 12345,
      order_number: "1001",
      product_data: { stock: 15, price: "249.00" },
    });
    const { data: steps } = await listSteps(job.actor, String(run?.id), { limit: 100 });
    expect(steps[0]?.variablesAfter).toMatchObject({ user_message: "I want to buy AirPods Pro" });
    expect(steps[0]?.variablesAfter).not.toHaveProperty("product_data");
    expect(steps.at(-1)?.variablesAfter).toEqual(run?.variables);
    expect(thread.at(-1)?.text).toMatch(
      /^Your order #1001 has been confirmed! Estimated delivery: [A-Z][a-z]{2} \d{1,2}\. Track at: https:\/\/shopeasy\.test\/track\/1001$/,
    );
    expect(job.shop.state.orders).toHaveLength(1);

    const conversation = await until(
      job.tenantId,
      (sql) =>
        sql`select status, message_count, tokens_used, client_price, provider_cost, profit, closed_by from conversations`,
      (rows) => rows[0]?.status === "resolved" && Number(rows[0]?.tokens_used) === 55,
    );
    expect(conversation[0]).toMatchObject({
      message_count: 5,
      client_price: "0.003486000000",
      provider_cost: "0.002100000000",
      closed_by: "bot",
    });
  });

  it("keeps one message, one run and one answer of a webhook delivered five times at once", async () => {
    const from = "12025550777";
    const statuses = await Promise.all(
      Array.from({ length: 5 }, () =>
        post(job.webhookUrl, { id: "wamid.five", text: "I want to buy AirPods Pro", from }),
      ),
    );
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    const conversation = await conversationOf(`+${from}`);
    await until(
      job.tenantId,
      (sql) => sql`select status from flow_executions where conversation_id = ${String(conversation.id)}`,
      (rows) => rows[0]?.status === "waiting",
    );
    const counts = await withTenant(
      job.tenantId,
      (tx) => tx.sql`select
      (select count(*)::int from messages where conversation_id = ${String(conversation.id)} and role = 'customer') as inbound,
      (select count(*)::int from messages where conversation_id = ${String(conversation.id)} and role = 'assistant') as outbound,
      (select count(*)::int from flow_executions where conversation_id = ${String(conversation.id)}) as runs,
      (select count(*)::int from ai_responses where conversation_id = ${String(conversation.id)}) as calls`,
    );
    expect(counts[0]).toEqual({ inbound: 1, outbound: 2, runs: 1, calls: 2 });
    expect(job.whatsapp.thread(from)).toHaveLength(2);
  });

  it("refuses a body over 3 MB with an answer, also when its length was not told", async () => {
    const chunk = new Uint8Array(1024 * 1024);
    for (const [chunks, status] of [
      [4, 413],
      [2, 401],
    ] as const) {
      const body = new Blob(Array.from({ length: chunks }, () => chunk)).stream();
      const request = new Request(job.webhookUrl, { method: "POST", body, duplex: "half" } as RequestInit);
      const channelId = job.webhookUrl.split("/").at(-1) ?? "";
      expect((await acceptWebhook(request, "whatsapp", channelId)).status).toBe(status);
    }
  });

  it("refuses a forged and an altered webhook and stores nothing", async () => {
    expect(await post(job.webhookUrl, { id: "wamid.forged", text: "hi" }, "not the secret")).toBe(401);
    const rows = await withTenant(
      job.tenantId,
      (tx) => tx.sql`select 1 from channel_messages where external_message_id = 'wamid.forged'`,
    );
    expect(rows).toHaveLength(0);
  });

  it("hands over to a person when nothing fits, and tells the customer", async () => {
    const from = "12025550999";
    const before = job.whatsapp.thread(from).length;
    await post(job.webhookUrl, { id: "wamid.no", text: "Yes, please!", from });
    await until(
      job.tenantId,
      (sql) =>
        sql`select v.status from conversations v join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id where c.phone = ${`+${from}`}`,
      (rows) => rows.length === 1,
    );
    await until(
      job.tenantId,
      async () => job.whatsapp.thread(from).length,
      (length) => length > before,
    );
  });

  it("counts the lines taken and the runs exactly", async () => {
    const flow = await until(
      job.tenantId,
      (sql) => sql`select execution_count, success_count, failure_count from flows`,
      (rows) => Number(rows[0]?.execution_count) >= 2 && Number(rows[0]?.success_count) >= 1,
    );
    expect(Number(flow[0]?.failure_count)).toBe(0);
    const [edges] = await withTenant(
      job.tenantId,
      (tx) => tx.sql`select
      (select count from flow_edge_counts where connection_key = 'line_confirm_yes') as yes,
      (select count from flow_edge_counts where connection_key = 'line_stock_no') as out_of_stock`,
    );
    expect(edges).toMatchObject({ yes: 1, out_of_stock: null });
  });
});

describe("a tenant whose quota is used up", () => {
  it("tells the customer in its own words and hands over; nothing that came in is lost", async () => {
    const quota = await createQuota(
      job.actor,
      quotaInput.parse({
        name: "Tiny",
        type: "token",
        limit: "0.000001",
        pauseMessage: "We answer again tomorrow.",
      }),
    );
    const from = "12025550888";
    await post(job.webhookUrl, { id: "wamid.paused", text: "I want to buy AirPods Pro", from });
    await until(
      job.tenantId,
      async () => job.whatsapp.thread(from).at(-1)?.text,
      (text) => text === "We answer again tomorrow.",
    );
    const rows = await until(
      job.tenantId,
      (
        sql,
      ) => sql`select v.status, v.message_count from conversations v join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
        where c.phone = ${`+${from}`}`,
      (found) => found[0]?.status === "escalated",
    );
    expect(Number(rows[0]?.message_count)).toBe(2);
    await deleteQuota(job.actor, quota.id);
  });
});
