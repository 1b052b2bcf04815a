import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../browser.ts";
import { at, expectAccessible, personOf, signIn, watchComplaints } from "../house.ts";

let browser: Browser;
let page: Page;
let complaints: string[];
const name = `Opening hours ${Date.now()}`;

beforeAll(async () => {
  browser = await launchBrowser();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  await signIn(page, personOf("shopeasy", "manager"), "/shopeasy/flows");
  complaints = watchComplaints(page);
});
afterAll(async () => {
  await browser?.close();
});

const canvas = () => page.getByLabel("Canvas").first();

it("names a new flow and says what starts it", async () => {
  await page.getByRole("button", { name: "New flow" }).first().click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Name").fill(name);
  await sheet.getByLabel("Starts when").selectOption("keyword");
  await sheet.getByLabel("Words").fill("opening hours, open today");
  await sheet.getByRole("button", { name: "Create flow" }).click();
  await page.waitForURL(/\/flows\/[\w-]{36}$/);
  await page.getByRole("heading", { name, level: 1 }).waitFor();
});

it("adds steps from the palette, and says what is missing before it can go live", async () => {
  await canvas().locator(".react-flow__node").first().click();
  await page
    .getByRole("complementary", { name: "Steps" })
    .getByRole("button", { name: /Message/ })
    .first()
    .click();
  await expect.poll(() => canvas().locator(".react-flow__node").count()).toBe(2);
  await page.getByLabel("Text", { exact: true }).fill("We are open from nine to six.");
  await page.getByText(/Saved/).first().waitFor();
  await expectAccessible(page, "the flow builder");
});

it("talks to the draft without a customer", async () => {
  await page.getByRole("button", { name: "Test", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Say as the customer").fill("opening hours?");
  await dialog.getByRole("button", { name: "Say" }).click();
  await dialog.getByText("We are open from nine to six.").waitFor();
  await page.keyboard.press("Escape");
});

it("undoes and does again", async () => {
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "Redo" }).click();
  await page
    .getByText(/^Saved/)
    .first()
    .waitFor();
});

it("publishes it, and it is live", async () => {
  await page
    .getByRole("button", { name: /^Publish v1/ })
    .first()
    .click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Note for the history").fill("First version");
  await dialog.getByRole("button", { name: "Publish v1" }).click();
  await page.getByText("v1 live").waitFor();
  await page.goto(at("/shopeasy/flows"));
  await page
    .getByRole("row", { name: new RegExp(name) })
    .getByText("Published")
    .waitFor();
});

it("did all this without a complaint of the browser", () => {
  expect(complaints).toEqual([]);
});
