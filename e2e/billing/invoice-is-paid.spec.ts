import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../browser.ts";
import { at, expectAccessible, expectNoSideways, personOf, readDemo, signIn } from "../house.ts";

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  await signIn(page, personOf("shopeasy", "owner"), "/shopeasy/billing/invoices");
});
afterAll(async () => {
  await browser?.close();
});

async function openInvoice(): Promise<{ id: string; number: string; amountDue: string }> {
  const shop = readDemo().tenants.find((tenant) => tenant.slug === "shopeasy");
  const answer = await fetch(at("/api/v1/invoices?status=open&limit=1"), {
    headers: { authorization: `Bearer ${shop?.apiKey}` },
  });
  const { data } = (await answer.json()) as { data: { id: string; number: string; amountDue: string }[] };
  const [invoice] = data;
  if (!invoice) throw new Error("The demo has no open invoice.");
  return invoice;
}

it("pays an invoice on the provider's page, and the invoice says so", async () => {
  const invoice = await openInvoice();
  await page.goto(at(`/shopeasy/billing/invoices/${invoice.id}`));
  await page.getByText("To pay", { exact: true }).waitFor();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download PDF" }).click(),
  ]);
  expect(file.suggestedFilename()).toBe(`${invoice.number}.pdf`);
  await page.getByRole("button", { name: `Pay $${invoice.amountDue}` }).click();
  await page.getByRole("heading", { name: "Checkout of the demo" }).waitFor();
  await page.getByRole("button", { name: `Pay $${invoice.amountDue}` }).click();
  await page.waitForURL((url) => url.pathname.endsWith(invoice.id));
  await expect
    .poll(
      async () => {
        await page.reload();
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.locator(".bill-inv").waitFor();
        return page.locator("header .chip").first().textContent();
      },
      { timeout: 20_000, interval: 500 },
    )
    .toBe("Paid");
  await page.getByRole("region", { name: "Payments and credit notes" }).getByText("Succeeded").waitFor();
  expect(await page.getByRole("button", { name: /^Pay / }).count()).toBe(0);
  await expectAccessible(page, "a paid invoice");
});

it("saves a card on the provider's page and makes it the one that pays renewals", async () => {
  await page.goto(at("/shopeasy/settings/billing"));
  await page.getByRole("button", { name: "Add card" }).click();
  await page.getByRole("button", { name: "Save a test card" }).click();
  await page.waitForURL((url) => url.pathname.endsWith("/settings/billing"));
  await expect
    .poll(
      async () => {
        await page.reload();
        await page.getByRole("table", { name: "Means of payment" }).waitFor();
        return page.getByText("Pays renewals").filter({ visible: true }).count();
      },
      { timeout: 20_000, interval: 500 },
    )
    .toBe(1);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSideways(page, "means of payment on a phone");
  await expectAccessible(page, "means of payment");
});

it("says at the field what is wrong with an amount", async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(at("/shopeasy/settings/billing"));
  await page.getByRole("button", { name: "Add money" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Amount").fill("0");
  await sheet.getByRole("button", { name: "Pay into the wallet" }).click();
  await expect.poll(() => sheet.getByLabel("Amount").getAttribute("aria-invalid")).toBe("true");
});
