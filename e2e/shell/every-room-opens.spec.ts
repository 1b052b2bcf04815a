import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../browser.ts";
import {
  at,
  expectAccessible,
  expectNoSideways,
  personOf,
  readDemo,
  signIn,
  watchComplaints,
  wear,
} from "../house.ts";

const rooms = [
  "inbox",
  "demo",
  "customers",
  "flows",
  "ai/providers",
  "ai/intents",
  "templates",
  "channels",
  "integrations",
  "billing",
  "billing/invoices",
  "billing/records",
  "billing/plan",
  "billing/prices",
  "settings/team",
  "settings/api-keys",
  "settings/billing",
  "settings/sign-ins",
];
const consoleRooms = [
  "tenants",
  "plans",
  "pricing",
  "prices",
  "price-history",
  "providers",
  "profit",
  "invoices",
  "late-usage",
  "payments",
  "gateways",
  "reconcile",
  "webhooks",
  "mail",
  "events",
];

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

/** A room has arrived when nothing in it is still a skeleton and no request is under way. */
async function open(page: Page, place: string): Promise<void> {
  await page.goto(at(place));
  await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
  await page.locator(".skeleton").first().waitFor({ state: "detached" });
}

async function look(context: BrowserContext, page: Page, places: readonly string[]): Promise<void> {
  for (const place of places) {
    for (const theme of ["light", "dark"] as const) {
      await wear(context, theme);
      await page.setViewportSize({ width: 1440, height: 900 });
      await open(page, place);
      expect(await page.getByText("There is nothing at this address").count(), place).toBe(0);
      await expectAccessible(page, `${place}, ${theme}`);
      await expectNoSideways(page, `${place} on a desk`);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await open(page, place);
    await expectNoSideways(page, `${place} on a phone`);
    await expectAccessible(page, `${place} on a phone, dark`);
  }
}

describe("the workspace", () => {
  it("opens every room, light and dark, on a desk and on a phone, without a complaint", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await signIn(page, personOf("shopeasy", "owner"));
    const complaints = watchComplaints(page);
    await look(
      context,
      page,
      rooms.map((room) => `/shopeasy/${room}`),
    );
    expect(complaints).toEqual([]);
    await context.close();
  }, 300_000);

  it("shows a member only what their role allows, and others' workspaces not at all", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await signIn(page, personOf("shopeasy", "viewer"));
    await open(page, "/shopeasy/flows");
    expect(await page.getByRole("button", { name: "New flow" }).count()).toBe(0);
    await page.goto(at("/mario-foods/inbox"));
    await page.getByText("There is nothing at this address").waitFor();
    await page.goto(at("/platform/tenants"));
    await page.getByText("There is nothing at this address").waitFor();
    await context.close();
  });
});

describe("the platform's console", () => {
  it("opens every room, light and dark, on a desk and on a phone, without a complaint", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await signIn(page, readDemo().platform, "/platform");
    const complaints = watchComplaints(page);
    await look(
      context,
      page,
      consoleRooms.map((room) => `/platform/${room}`),
    );
    expect(complaints).toEqual([]);
    await context.close();
  }, 300_000);
});
