import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../browser.ts";
import { at, expectAccessible, personOf, signIn, watchComplaints } from "../house.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

describe("the plan", () => {
  it("says what is used and left, what another costs by days, and takes a choice back", async () => {
    const page = await (await browser.newContext()).newPage();
    const complaints = watchComplaints(page);
    await signIn(page, personOf("shopeasy", "owner"));
    await page.goto(at("/shopeasy/billing/plan"));
    await page.getByText("renews by itself").waitFor();
    await expectText(page.getByRole("row", { name: /AI tokens/ }), "5,000,000");
    await expectText(page.getByRole("row", { name: /Voice minutes/ }), "1,000");
    await page.getByRole("button", { name: "Choose Free" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("row", { name: /^Pro/ }).waitFor();
    // Shown in full before its colours are measured.
    await dialog.evaluate((shown) => Promise.all(shown.getAnimations().map((one) => one.finished)));
    await expectAccessible(page, "the choice of a plan");
    await dialog.getByRole("button", { name: "At the end of the period" }).click();
    await page.getByText("then the Free plan").waitFor();
    await page.getByRole("button", { name: "Keep this plan" }).click();
    await page.getByText("renews by itself").waitFor();
    expect(complaints).toEqual([]);
  });
});

async function expectText(place: { textContent: () => Promise<string | null> }, text: string): Promise<void> {
  expect(await place.textContent()).toContain(text);
}
