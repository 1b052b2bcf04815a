import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../browser.ts";
import { at, expectAccessible, personOf, signIn, watchComplaints } from "../house.ts";

let browser: Browser;
let phone: Page;
let desk: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  // The cockpit and the inbox are two tabs of one browser: they share one live stream.
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  phone = await context.newPage();
  desk = await context.newPage();
  for (const page of [phone, desk]) page.setDefaultTimeout(20_000);
  complaints = watchComplaints(desk);
  await signIn(phone, personOf("shopeasy", "owner"), "/shopeasy/demo");
  await phone.getByRole("heading", { name: "You are John" }).waitFor();
});
afterAll(async () => {
  await browser?.close();
});

const chat = () => phone.getByLabel("Chat on the phone");
const say = async (words: string) => {
  await phone.getByLabel("Write as John").fill(words);
  await phone.keyboard.press("Enter");
};

it("hands over to people when the customer asks for one, and says so in the list", async () => {
  await desk.goto(at("/shopeasy/inbox?view=escalated"));
  await desk.getByRole("heading", { name: "Asked for a person" }).waitFor();
  await say("I want to talk to a human being please");
  await desk.locator("[data-conversation]", { hasText: "John Doe" }).first().waitFor();
});

it("opens the thread by keyboard and takes over", async () => {
  await desk.keyboard.press("j");
  await desk.waitForURL(/\/inbox\/[\w-]+/);
  await desk.getByRole("heading", { name: "John Doe", level: 2 }).first().waitFor();
  await desk.keyboard.press("t");
  await desk.getByText("You answer").waitFor();
});

it("sends a reply to the phone and shows that it arrived", async () => {
  const words = `Hello John, this is Maya (${Date.now()}).`;
  await desk.getByRole("textbox", { name: "Reply" }).fill(words);
  await desk.keyboard.press("Enter");
  const bubble = desk.locator(".msg.mine", { hasText: words });
  await bubble.waitFor();
  await chat().getByText(words).waitFor();
  await bubble.getByText(/Delivered|Read/).waitFor({ state: "attached" });
  expect(await bubble.count()).toBe(1);
});

it("shows at once what the customer answers, while the machine keeps quiet", async () => {
  const words = `Thank you Maya ${Date.now()}`;
  await say(words);
  await desk.locator(".msg.in", { hasText: words }).waitFor();
  await desk.getByText("You answer").waitFor();
});

it("keeps notes between colleagues", async () => {
  await desk.getByRole("button", { name: "Internal note" }).click();
  await desk.getByRole("textbox", { name: "Internal note" }).fill("Prefers the afternoon");
  await desk.keyboard.press("Enter");
  await desk.locator(".msg.note", { hasText: "Prefers the afternoon" }).first().waitFor();
  expect(await chat().getByText("Prefers the afternoon").count()).toBe(0);
  await expectAccessible(desk, "a thread that a person answers");
});

it("puts the conversation off until tomorrow, and the customer's word brings it back", async () => {
  await desk.getByRole("button", { name: "More", exact: true }).click();
  await desk.getByRole("menuitem", { name: "Until tomorrow, 9:00" }).click();
  await desk.getByText(/Snoozed until .* 09:00/).waitFor();
  await say(`One more thing ${Date.now()}`);
  await desk.getByText("Open", { exact: true }).first().waitFor();
  await desk.getByText("You answer").waitFor();
});

it("hands back to Aurora and resolves", async () => {
  await desk.getByRole("button", { name: /Hand back to Aurora/ }).click();
  await desk.getByText("Aurora is answering").waitFor();
  await desk.getByRole("button", { name: "Resolve" }).click();
  await desk.getByText("Resolved", { exact: true }).first().waitFor();
  await desk.getByRole("button", { name: "Open again" }).waitFor();
});

it("did all this without a complaint of the browser", () => {
  expect(complaints).toEqual([]);
});
