import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../browser.ts";
import { at, expectAccessible, expectNoSideways, readDemo, signIn } from "../house.ts";

let browser: Browser;
let page: Page;
let shop: { id: string; apiKey: string; name: string };

type Answer = Record<string, unknown>;

async function ask(path: string, body: unknown, key = readDemo().platform.apiKey): Promise<Answer> {
  const answer = await fetch(at(path), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(answer.status, path).toBeLessThan(300);
  return (await answer.json()) as Answer;
}

const setClock = (now: string) => ask(`/api/platform/v1/tenants/${shop.id}/test-clock`, { now });

/** Text messages told of by the shop's own program, at the price that the product was seeded with. */
const use = (quantity: number, occurredAt: string) =>
  ask(
    "/api/v1/usage",
    {
      records: [
        {
          idempotencyKey: crypto.randomUUID(),
          type: "sms",
          provider: "twilio",
          model: "us-sms",
          quantity,
          occurredAt,
        },
      ],
    },
    shop.apiKey,
  );

/** A shop of its own: September with usage, an hour into October. */
beforeAll(async () => {
  const slug = `corrected-${Date.now().toString(36)}`;
  const name = `Corrected ${slug.slice(-4)}`;
  const owner = { email: `${slug}@example.com`, name: "Ada Owner" };
  const made = await ask("/api/platform/v1/tenants", { name, slug, sandbox: true, currency: "USD", owner });
  shop = { id: String(made.id), apiKey: String(made.apiKey), name };
  await setClock("2026-09-10T00:00:00Z");
  await use(4000, "2026-09-10T00:00:00Z");
  await setClock("2026-10-01T01:00:00Z");
  browser = await launchBrowser();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  await signIn(page, readDemo().platform, "/platform/invoices");
});
afterAll(async () => {
  await browser?.close();
});

const chip = () => page.locator("header .chip").first();
const dialog = () => page.getByRole("dialog");

it("makes a draft final on the page, with the usage that came meanwhile", async () => {
  await page.goto(at("/platform/invoices"));
  await page.getByLabel("Status").selectOption("draft");
  const row = page.getByRole("row").filter({ hasText: shop.name });
  await row.getByText("Draft", { exact: true }).first().click();
  await page.waitForURL((url) => /invoices\/.{36}$/.test(url.pathname));
  await page.getByText("Becomes final", { exact: true }).waitFor();
  await expectAccessible(page, "a draft");
  await use(1000, "2026-09-30T00:00:00Z");
  await page.getByRole("button", { name: "Finalise" }).click();
  await dialog().getByText("never changes again").waitFor();
  await dialog().getByRole("button", { name: "Finalise" }).click();
  await page.getByRole("heading", { level: 1, name: "INV-2026-09-001" }).waitFor();
  await page.getByRole("region", { name: "Lines" }).getByText("5,000").waitFor();
});

it("refuses too much at the field, credits, enters a transfer and gives it back", async () => {
  await page.getByRole("button", { name: "Credit note" }).click();
  await dialog().getByLabel("Amount").fill("100000");
  await dialog().getByLabel("Reason").fill("Sent twice");
  await dialog().getByRole("button", { name: "Issue the credit note" }).click();
  await dialog().locator(".field-error").getByText("can still be credited").waitFor();
  await expectAccessible(page, "a refused credit note");
  await dialog().getByLabel("Amount").fill("1.00");
  await dialog().getByRole("button", { name: "Issue the credit note" }).click();
  await dialog().waitFor({ state: "detached" });
  const notes = page.getByRole("region", { name: "Credit notes and refunds" });
  await notes.getByText(/CN-\d{4}-\d{2}-001/).waitFor();

  await page.getByRole("button", { name: "Mark paid" }).click();
  await dialog().getByLabel("Bank reference").fill(`BANK-${Date.now()}`);
  await dialog().getByRole("button", { name: "Mark paid" }).click();
  await dialog().waitFor({ state: "detached" });
  await expect.poll(() => chip().textContent(), { timeout: 10_000 }).toBe("Paid");

  await page.getByRole("button", { name: "Refund" }).click();
  await dialog().getByLabel("Amount").fill("2.00");
  await dialog().getByLabel("Reason").fill("Goodwill");
  await dialog().getByRole("button", { name: "Refund" }).click();
  await dialog().waitFor({ state: "detached" });
  await notes.getByText("Goodwill").first().waitFor();
  await page.getByRole("region", { name: "Payments" }).getByText("Partially refunded").waitFor();
  await expectAccessible(page, "a corrected invoice");
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSideways(page, "a corrected invoice on a phone");
  await page.setViewportSize({ width: 1440, height: 900 });
});

it("sends the bill again and leads to the mail", async () => {
  const mails = page.getByRole("region", { name: "Mail" });
  await mails
    .getByRole("link", { name: /^Invoice INV-2026-09-001:/ })
    .first()
    .waitFor();
  const before = await mails.getByRole("link", { name: /^Invoice INV-2026-09-001:/ }).count();
  await page.getByRole("button", { name: "Send again" }).click();
  await dialog().getByRole("button", { name: "Send again" }).click();
  await dialog().waitFor({ state: "detached" });
  const links = mails.getByRole("link", { name: /^Invoice INV-2026-09-001:/ });
  await expect.poll(() => links.count(), { timeout: 10_000 }).toBe(before + 1);
  await links.first().click();
  await page.getByRole("dialog").getByText("INV-2026-09-001.pdf").waitFor();
});

it("runs a month for all tenants with its progress, and lists what came late", async () => {
  await use(10, "2026-09-12T00:00:00Z");
  await setClock("2026-11-03T00:00:00Z");
  await page.goto(at("/platform/invoices"));
  await page.getByLabel("Month").fill("2026-09");
  await page.getByRole("button", { name: "Run invoices" }).click();
  await page.getByText("The run has started").waitFor();
  const runs = page.getByRole("complementary", { name: "Invoice runs" });
  await runs.getByText("September 2026 invoices").waitFor();
  await expect.poll(() => runs.textContent(), { timeout: 30_000 }).toMatch(/done.*(\d+) of \1 tenants/);
  await page.getByRole("link", { name: "Late usage" }).click();
  const late = page.getByRole("row").filter({ hasText: shop.name });
  await late.getByRole("link", { name: "INV-2026-10-001" }).waitFor();
  await expectAccessible(page, "late usage");
});
