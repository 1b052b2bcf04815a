import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, it } from "vitest";
import { launchBrowser } from "../browser.ts";
import { expectAccessible, personOf, signIn } from "../house.ts";

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(20_000);
  await signIn(page, personOf("shopeasy", "owner"), "/shopeasy/inbox");
  await page.getByRole("heading", { name: "All open" }).waitFor();
});
afterAll(async () => {
  await browser?.close();
});

it("finds a customer by name from anywhere and opens the record", async () => {
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Search or jump to").fill("john");
  await page
    .getByRole("option", { name: /John Doe/ })
    .first()
    .waitFor();
  await expectAccessible(page, "the palette");
  await page
    .getByRole("option", { name: /John Doe/ })
    .first()
    .click();
  await page.waitForURL(/\/customers\?open=/);
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("heading", { name: "John Doe" }).waitFor();
  await sheet.getByRole("heading", { name: "Conversations" }).waitFor();
  await expectAccessible(page, "an open customer");
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
});

it("goes to a room by two keys, and walks and opens a list without a mouse", async () => {
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await page.waitForURL(/\/flows$/);
  await page.getByRole("row", { name: /Product Purchase/ }).waitFor();
  await page.getByRole("table").getByRole("button").first().focus();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/flows\/[\w-]{36}$/);
});

it("says which keys there are", async () => {
  await page.locator(".react-flow__node").first().waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("Search or jump to").waitFor();
  await expectAccessible(page, "the sheet of keys");
});
