import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../browser.ts";
import { at, expectAccessible, personOf, readDemo, signIn } from "../house.ts";

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  await signIn(page, personOf("shopeasy", "owner"), "/shopeasy/channels");
});
afterAll(async () => {
  await browser?.close();
});

const sheet = () => page.getByRole("dialog");

/** What stands beneath a field: its error, tied to it for screen readers. */
async function errorOf(label: string): Promise<string> {
  const field = sheet().getByLabel(label, { exact: true });
  await expect.poll(() => field.getAttribute("aria-invalid")).toBe("true");
  const id = await field.getAttribute("aria-describedby");
  return (await page.locator(`[id="${id}"]`).textContent()) ?? "";
}

it("refuses a wrong password with a sentence, and lets nobody in", async () => {
  const context = await browser.newContext();
  const door = await context.newPage();
  await door.goto(at("/sign-in"));
  await door.getByLabel("E-mail").fill(personOf("shopeasy", "owner").email);
  await door.getByLabel("Password").fill("not the password");
  await door.getByRole("button", { name: "Sign in" }).click();
  await door.locator(".field-error").waitFor();
  expect(new URL(door.url()).pathname).toBe("/sign-in");
  await context.close();
});

it("connects a channel and says what its webhook address is", async () => {
  const name = `Second line ${Date.now()}`;
  await page.getByRole("button", { name: "New channel" }).first().click();
  await sheet().getByLabel("Name", { exact: true }).fill(name);
  await sheet().getByRole("button", { name: "Create channel" }).click();
  await page.getByRole("button", { name: new RegExp(name) }).click();
  await sheet()
    .getByText(/\/api\/webhooks\/whatsapp\//)
    .waitFor();
  await expectAccessible(page, "an open channel");
  await sheet().getByRole("button", { name: "Archive" }).click();
  await page.getByRole("button", { name: new RegExp(name) }).waitFor({ state: "detached" });
});

it("says at the field what is wrong with an address", async () => {
  await page.goto(at("/shopeasy/integrations"));
  await page.getByRole("button", { name: "New connector" }).first().click();
  await sheet().getByLabel("Name", { exact: true }).fill("Nowhere");
  await sheet().getByLabel("Address", { exact: true }).fill("ftp://nowhere");
  await sheet().getByRole("button", { name: "Create connector" }).click();
  expect(await errorOf("Address")).toContain("ust begin with http:// or https://");
  await page.keyboard.press("Escape");
});

it("calls the shop from the console, with inputs of one's own", async () => {
  await page.getByRole("table").getByRole("button").first().click();
  await sheet().getByText("Endpoints").waitFor();
  await sheet()
    .getByRole("button", { name: /GET Get Product/ })
    .first()
    .click();
  await sheet().getByLabel("Inputs").fill('{"product_name": ');
  await sheet().getByRole("button", { name: "Call it" }).click();
  await sheet().getByText("The inputs are not JSON.").waitFor();
  await sheet().getByLabel("Inputs").fill('{"product_name": "AirPods Pro"}');
  await sheet().getByRole("button", { name: "Call it" }).click();
  await sheet()
    .getByText(/^Answered/)
    .waitFor();
  await sheet().locator("pre", { hasText: "249.00" }).waitFor();
  await expectAccessible(page, "a connector's console");
  await page.keyboard.press("Escape");
});

it("tries a sentence on the intents", async () => {
  await page.goto(at("/shopeasy/ai/intents"));
  await page.getByLabel("Try a sentence").fill("I would like to buy some headphones");
  await page.getByRole("button", { name: "Classify" }).click();
  await page.getByRole("status").getByText("product_purchase").waitFor();
});

it("refuses a short password of a new member at its field", async () => {
  await page.goto(at("/shopeasy/settings/team"));
  await page.getByRole("button", { name: "New member" }).first().click();
  await sheet().getByLabel("Name", { exact: true }).fill("Nina New");
  await sheet().getByLabel("E-mail", { exact: true }).fill("nina@example.com");
  await sheet().getByLabel("First password", { exact: true }).fill("short");
  await sheet().getByRole("button", { name: "Create member" }).click();
  expect(await errorOf("First password")).toMatch(/10/);
});

it("shows a new key once", async () => {
  await page.goto(at("/shopeasy/settings/api-keys"));
  await page.getByRole("button", { name: "New key" }).first().click();
  await sheet().getByLabel("Name", { exact: true }).fill("Warehouse");
  await sheet().getByRole("button", { name: "Create key" }).click();
  await sheet().getByText(/^sk_/).waitFor();
  await sheet().getByRole("button", { name: "I have copied it" }).click();
  await page
    .getByRole("row", { name: /Warehouse/ })
    .first()
    .waitFor();
  expect(await page.getByText(/^sk_(live|test)_\w{20,}$/).count()).toBe(0);
});

it("works out the anchor price in the console, to the last digit", async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const desk = await context.newPage();
  await signIn(desk, readDemo().platform, "/platform/pricing");
  await desk.getByRole("button", { name: "Try a price" }).click();
  const dialog = desk.getByRole("dialog");
  await dialog.getByLabel("Tenant").selectOption({ label: "ShopEasy" });
  await dialog.getByRole("button", { name: "Work it out" }).click();
  const answer = dialog.getByRole("status");
  await answer.waitFor();
  const text = (await answer.textContent()) ?? "";
  expect(text).toMatch(/Cost\$0\.0066(0*)Price\$0\.010956(0*)Profit\$0\.004356(0*)/);
  await context.close();
});
