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

it("goes back to an older version, and counts on from the newest", async () => {
  await page
    .getByRole("row", { name: new RegExp(name) })
    .getByRole("button", { name })
    .first()
    .click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
  await canvas().locator(".react-flow__node").nth(1).click();
  await page.getByLabel("Text", { exact: true }).fill("We are open all night.");
  await page
    .getByRole("button", { name: /^Publish v2/ })
    .first()
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish v2" }).click();
  await page.getByText("v2 live").waitFor();
  await page.getByRole("link", { name: "Versions" }).click();
  const first = page.getByRole("row", { name: /v1.*First version/ });
  await page.getByRole("row", { name: /v2.*Live/ }).waitFor();
  await expectAccessible(page, "a flow's versions");
  await first.getByRole("button", { name: /Go back/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Go back to v1" }).click();
  await first.getByText("Live").waitFor();
  await page.getByRole("link", { name: "Build" }).click();
  await page
    .getByRole("button", { name: /^Publish v3/ })
    .first()
    .waitFor();
  await canvas().locator(".react-flow__node").nth(1).click();
  expect(await page.getByLabel("Text", { exact: true }).inputValue()).toBe("We are open from nine to six.");
});

it("takes it out of service from the list, when asked twice", async () => {
  await page.goto(at("/shopeasy/flows"));
  const row = page.getByRole("row", { name: new RegExp(name) });
  await row.getByRole("button", { name: /^Acts on/ }).click();
  await page.getByRole("menuitem", { name: "Archive" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive flow" }).click();
  await row.waitFor({ state: "detached" });
  expect(new URL(page.url()).pathname).toBe("/shopeasy/flows");
});

it("did all this without a complaint of the browser", () => {
  expect(complaints).toEqual([]);
});
