import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../browser.ts";
import { at, expectAccessible, personOf, readDemo, signIn, watchComplaints } from "../house.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

async function enter(who: { email: string; password: string }, place: string) {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  await signIn(page, who, place);
  const complaints = watchComplaints(page);
  return { page, complaints };
}

function apiOf(slug: string) {
  const key = readDemo().tenants.find((tenant) => tenant.slug === slug)?.apiKey;
  return async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(at(`/api/v1${path}`), {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer.ok, `${method} ${path}`).toBe(true);
    return (await answer.json()) as { data: Record<string, string>[] };
  };
}

/** Has the price of 1,000 tokens in worked out for a tenant; the dialog shows the last answer until the next is there. */
async function expectPrice(page: Page, tenant: string, price: RegExp): Promise<void> {
  await page.getByRole("button", { name: "Try a price" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Tenant").selectOption({ label: tenant });
  await dialog.getByLabel("Tokens in").fill("1000");
  await dialog.getByLabel("Tokens out").fill("0");
  await dialog.getByRole("button", { name: "Work it out" }).click();
  await expect.poll(() => dialog.getByRole("status").textContent(), { timeout: 20_000 }).toMatch(price);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
}

describe("the platform's staff", () => {
  it("give one tenant a price of its own, try it, and ask what a month would have brought", async () => {
    const { page, complaints } = await enter(readDemo().platform, "/platform/pricing");
    await page.getByRole("button", { name: "New rule" }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("For", { exact: true }).selectOption({ label: "one tenant" });
    await sheet.getByLabel("Tenant", { exact: true }).selectOption({ label: "Mario Foods" });
    await sheet.getByLabel("Service").selectOption({ label: "AI tokens" });
    await sheet.getByLabel("Markup, percent").fill("40");
    await sheet.getByLabel("Reason, for the history").fill("A good customer");
    await sheet.getByRole("button", { name: /^Create/ }).click();
    await sheet.waitFor({ state: "detached" });
    await page.getByRole("row", { name: /Mario Foods.*AI tokens.*40%/ }).waitFor();
    await expectPrice(page, "Mario Foods", /Price\$0\.0420/);
    await expectPrice(page, "ShopEasy", /Price\$0\.0498/);
    await page.getByRole("button", { name: "What if" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Markup, percent").fill("60");
    await dialog.getByRole("button", { name: "Work it out" }).click();
    await dialog.getByText("ShopEasy").last().waitFor();
    await expectAccessible(page, "what if");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("follow the money: prices, invoices run twice, profit, the comparison, and the mail that went out", async () => {
    const { page, complaints } = await enter(readDemo().platform, "/platform/prices");
    await page.getByLabel("Search models").fill("gpt-4");
    await page.getByRole("row", { name: /gpt-4/ }).first().waitFor();
    await page.goto(at("/platform/invoices"));
    await page
      .getByRole("row", { name: /ShopEasy/ })
      .first()
      .waitFor();
    const before = await page.getByRole("row").count();
    await page.getByRole("button", { name: "Run invoices" }).click();
    await page
      .getByText(/final already/)
      .first()
      .waitFor();
    expect(await page.getByRole("row").count()).toBe(before);
    await page.goto(at("/platform/profit"));
    await page.getByRole("region", { name: "Profit", exact: true }).getByText("ShopEasy").waitFor();
    await expectAccessible(page, "profit");
    await page.goto(at("/platform/reconcile"));
    await page.getByRole("button", { name: "Compare now" }).click();
    await page.getByText("0 differences").first().waitFor();
    await page.getByRole("row", { name: /ShopEasy.*Equal/ }).waitFor();
    await page.goto(at("/platform/mail"));
    await page
      .getByText(/Invoice INV-/)
      .first()
      .waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("the tenant with a price of its own", () => {
  it("sees it in force, in the history, and on the next call", async () => {
    const api = apiOf("mario-foods");
    const rates = await api("GET", "/pricing?provider=openai&model=gpt-4&limit=10");
    expect(JSON.stringify(rates.data)).toContain('"0.042"');
    const occurredAt = new Date().toISOString();
    const call = { type: "token", provider: "openai", model: "gpt-4", quantity: 1000, occurredAt };
    await api("POST", "/usage", { records: [{ idempotencyKey: `vip-${occurredAt}`, ...call }] });
    const { page, complaints } = await enter(personOf("mario-foods", "owner"), "/mario-foods/billing/prices");
    await page.getByRole("row", { name: /token/ }).first().waitFor();
    await page.goto(at("/mario-foods/billing/records"));
    await page
      .getByRole("row", { name: /gpt-4.*0\.042/ })
      .first()
      .waitFor();
    await page.goto(at("/mario-foods/billing"));
    await page.getByText("Equals its days and its models").waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("a tenant's owner", () => {
  it("shares the address of a single call, which opens down to why it costs what it costs", async () => {
    const api = apiOf("shopeasy");
    const { data: invoices } = await api("GET", "/invoices?limit=10");
    const id = invoices[0]?.id ?? "";
    const { data: lines } = await api("GET", `/invoices/${id}/lines`);
    const lineId = lines.find((line) => line.type === "token")?.id ?? "";
    const { data: days } = await api("GET", `/invoices/${id}/lines/${lineId}/days`);
    const { page, complaints } = await enter(
      personOf("shopeasy", "owner"),
      `/shopeasy/billing/invoices/${id}`,
    );
    const column = (over: string) => page.locator(`section.cl[aria-label^="${over}"]`);
    await column("Lines of").locator("a.rw").first().waitFor();
    await page.goto(at(`/shopeasy/billing/invoices/${id}?line=${lineId}&day=${days[0]?.day}`));
    for (const over of ["Conversations of", "Messages of", "Calls behind"])
      await column(over).locator("a.rw").first().click();
    await page.locator(".slip").waitFor();
    const address = page.url();
    const elsewhere = await page.context().newPage();
    await elsewhere.goto(address);
    await elsewhere.locator(".slip").getByText("Rule", { exact: true }).waitFor();
    const text = (slip: Page) => slip.locator(".slip").textContent();
    expect(await text(elsewhere)).toBe(await text(page));
    expect(await elsewhere.locator(".seal.broken").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("sets a budget with marks and a limit, and reads at the field what is wrong", async () => {
    const { page } = await enter(personOf("shopeasy", "owner"), "/shopeasy/billing");
    await page.getByRole("button", { name: "New alert" }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Name").fill("Whole year");
    await sheet.getByLabel("Budget").fill("0");
    await sheet.getByRole("button", { name: "Create alert" }).click();
    await expect.poll(() => sheet.getByLabel("Budget").getAttribute("aria-invalid")).toBe("true");
    await sheet.getByLabel("Budget").fill("5000");
    await sheet.getByRole("button", { name: "Create alert" }).click();
    await page.getByText("Whole year", { exact: true }).waitFor();
    await page.getByRole("button", { name: "New limit" }).click();
    await sheet.getByLabel("Name").fill("Text messages");
    await sheet.getByLabel("Limit").fill("900");
    await sheet.getByRole("button", { name: "Create limit" }).click();
    await page.getByText("Text messages", { exact: true }).first().waitFor();
    await page.context().close();
  });
});
