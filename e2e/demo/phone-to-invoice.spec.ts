import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../browser.ts";
import { at, expectAccessible, personOf, signIn, watchComplaints } from "../house.ts";

let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  complaints = watchComplaints(page);
});
afterAll(async () => {
  await browser?.close();
});

const column = (over: string) => page.locator(`section.cl[aria-label^="${over}"]`);

it("lets the owner in at the door", async () => {
  await page.goto(at("/sign-in"));
  await page.getByLabel("E-mail").waitFor();
  await expectAccessible(page, "the sign-in page");
  await signIn(page, personOf("shopeasy", "owner"));
  await page.getByRole("heading", { name: "Inbox", level: 1 }).waitFor({ state: "attached" });
});

it("sends what John writes through the webhook and lights the run's path", async () => {
  await page.goto(at("/shopeasy/demo"));
  await page.getByRole("heading", { name: "You are John" }).waitFor();
  await page.getByRole("button", { name: "I want to buy AirPods Pro" }).click();
  const chat = page.getByLabel("Chat on the phone");
  await chat.getByText("Great! Let me help you with that.").last().waitFor();
  await chat.getByText("AirPods Pro is available for $249.00!").last().waitFor();
  const trace = page.getByLabel("Live trace");
  await trace.locator(".stop.now").getByText("Wait for answer").waitFor();
  await trace.getByText("Classify intent").waitFor();
  await trace.getByText("Equals the ledger").waitFor();
  await trace.locator(".known", { hasText: "product_data.price" }).getByText("249.00").waitFor();
  await expectAccessible(page, "the demo cockpit");
});

it("confirms the order when John says yes", async () => {
  await page.getByRole("button", { name: "Yes, please!" }).last().click();
  const chat = page.getByLabel("Chat on the phone");
  await chat
    .getByText(/Your order #\d+ has been confirmed!/)
    .last()
    .waitFor();
  await page.locator(".stop.lit", { hasText: "Create order" }).waitFor();
});

it("shows the thread in the inbox, and why Aurora said each thing", async () => {
  await page.getByRole("link", { name: "Open in the inbox" }).click();
  await page.getByRole("heading", { name: "John Doe", level: 2 }).first().waitFor();
  const chips = page.locator("button.why");
  await chips.filter({ hasText: "Show product" }).last().click();
  const card = page.getByLabel("Why this message was sent");
  await card.getByText("product_purchase").waitFor();
  const text = await card.textContent();
  expect(text).toMatch(/Intent[\s\S]*Node[\s\S]*Show product[\s\S]*in Product Purchase v\d+/);
  expect(text).toMatch(/Path[\s\S]*Welcome[\s\S]*Extract product[\s\S]*Fetch product[\s\S]*In stock\?/);
  expect(text).toMatch(/Tokens in → out[\s\S]*Cost, USD[\s\S]*Price, USD/);
  expect(text).toMatch(/\d+ → \d+/);
  expect(text).toMatch(/Markup 66%/);
  await expectAccessible(page, "the inbox with an open why card");
});

it("opens the run on the canvas, every passed step lit", async () => {
  await page.getByRole("link", { name: "Open the run" }).click();
  await page.waitForURL(/\/flows\/[\w-]+\/runs\/[\w-]+$/);
  await page.getByText("Completed", { exact: true }).waitFor();
  const steps = page.getByLabel("Steps of the run");
  for (const name of ["Welcome", "Extract product", "Fetch product", "Create order", "Order confirmation"]) {
    await steps.getByRole("button", { name: new RegExp(name) }).waitFor();
  }
  await steps.getByRole("button", { name: /Fetch product/ }).click();
  await steps.getByText("AirPods Pro").first().waitFor();
  await expectAccessible(page, "a run on its canvas");
});

it("bills what was used, down to the single call, each level equal to the one above", async () => {
  await page.goto(at("/shopeasy/billing"));
  await page.getByText("Equals its days and its models").waitFor();
  await expectAccessible(page, "billing this month");
  await page.getByRole("link", { name: "Invoices", exact: true }).last().click();
  await page.waitForURL(/\/billing\/invoices$/);
  await page.getByRole("table").getByRole("link").first().click();
  await page.getByText(/records, every one billed once/).waitFor();
  await column("Lines of")
    .getByText(/AI tokens/)
    .first()
    .click();
  for (const over of ["Days of", "Conversations of", "Messages of", "Calls behind"]) {
    await column(over).locator("a.rw").first().click();
    await column(over)
      .locator(".seal")
      .getByText(/^Equals/)
      .waitFor();
  }
  const slip = page.locator(".slip");
  await slip.getByText(/Markup 66%/).waitFor();
  expect(await slip.textContent()).toMatch(/[\d,]+ in[\s\S]*[\d,]+ out[\s\S]*tokens/);
  expect(await page.locator(".seal.broken").count()).toBe(0);
  expect(new URL(page.url()).searchParams.get("call")).not.toBeNull();
  await page.reload();
  await slip.getByText(/Markup 66%/).waitFor();
  await expectAccessible(page, "an invoice down to the call");
});

it("gives every level as CSV", async () => {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /^Download calls behind/ }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.csv$/);
  await download.delete();
});

it("keeps the person's theme, and both are readable", async () => {
  for (const theme of ["Dark", "Light"]) {
    await page.getByRole("button", { name: /^You:/ }).click();
    await page.getByRole("menuitem", { name: theme, exact: true }).click();
    await page.reload();
    await page.locator(".slip").waitFor();
    expect(await page.locator("html").getAttribute("data-theme")).toBe(theme.toLowerCase());
    await expectAccessible(page, `an invoice, ${theme.toLowerCase()}`);
  }
});

it("did all this without a complaint of the browser", () => {
  expect(complaints).toEqual([]);
});
