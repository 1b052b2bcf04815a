import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../browser.ts";
import { at, expectAccessible, personOf, readDemo, signIn, watchComplaints } from "../house.ts";

let browser: Browser;
let page: Page;
let complaints: string[];
const stamp = Date.now();
const [kept, twin] = [`Ada Kept ${stamp}`, `Ada Twin ${stamp}`];
let keptId: string;

async function addCustomer(name: string, email: string): Promise<string> {
  const key = readDemo().tenants.find((tenant) => tenant.slug === "shopeasy")?.apiKey;
  const response = await fetch(at("/api/v1/customers"), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ name, email }),
  });
  return ((await response.json()) as { id: string }).id;
}

beforeAll(async () => {
  browser = await launchBrowser();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  keptId = await addCustomer(kept, `kept${stamp}@example.com`);
  await addCustomer(twin, `twin${stamp}@example.com`);
  await signIn(page, personOf("shopeasy", "owner"), `/shopeasy/customers?open=${keptId}`);
  complaints = watchComplaints(page);
});
afterAll(async () => {
  await browser?.close();
});

it("merges the same person's second record into the open one", async () => {
  await page.getByRole("button", { name: "Merge another into this" }).click();
  const dialog = page.getByRole("dialog", { name: `Merge into ${kept}` });
  await dialog.getByLabel("Search customers").fill(twin);
  await dialog.getByRole("button", { name: twin }).click();
  await expectAccessible(page, "the merge of two customers");
  await dialog.getByRole("button", { name: `Merge ${twin}`, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await page.goto(at("/shopeasy/customers"));
  await page.getByLabel("Search customers").fill(String(stamp));
  await page.getByRole("row", { name: new RegExp(kept) }).waitFor();
  await page.getByRole("row", { name: new RegExp(twin) }).waitFor({ state: "detached" });
});

it("hands out what is known of a person, and erases it when asked twice", async () => {
  await page.getByRole("button", { name: kept }).first().click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Export data" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`${kept}.json`);
  await page.getByRole("button", { name: "Erase for good" }).click();
  const dialog = page.getByRole("dialog", { name: `Erase ${kept} for good` });
  await dialog.getByRole("button", { name: "Erase for good" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("row", { name: new RegExp(kept) }).waitFor({ state: "detached" });
});

it("did all this without a complaint of the browser", () => {
  expect(complaints).toEqual([]);
});
