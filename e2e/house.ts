import { readFileSync } from "node:fs";
import path from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";

type Person = { email: string; password: string; role: string };
type Demo = {
  baseUrl: string;
  tenants: { slug: string; id: string; apiKey: string; users: Person[] }[];
  platform: { email: string; password: string; apiKey: string };
};

/** The demo's sign-ins, from the file that the product wrote. */
export function readDemo(): Demo {
  const file = process.env.DEMO_JSON;
  if (!file) throw new Error("DEMO_JSON must name the product's demo.json.");
  return JSON.parse(readFileSync(file, "utf8")) as Demo;
}

/** An address of the product under test; `BASE_URL` would not do, the test runner sets a name like it itself. */
export function at(place: string): string {
  return new URL(place, readDemo().baseUrl).toString();
}

/** Somebody of a workspace by role; the first workspace is the story's shop. */
export function personOf(slug: string, role: string): Person {
  const found = readDemo()
    .tenants.find((tenant) => tenant.slug === slug)
    ?.users.find((user) => user.role === role);
  if (!found) throw new Error(`The demo has no ${role} in ${slug}.`);
  return found;
}

/** Signs in through the page, as a person does, and waits for the first room. */
export async function signIn(
  page: Page,
  who: { email: string; password: string },
  next = "/",
): Promise<void> {
  await page.goto(at(`/sign-in?callbackUrl=${encodeURIComponent(next)}`));
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password").fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"), { timeout: 30_000 });
}

/** Collects what the browser complains about: errors of scripts, refused requests. */
export function watchComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${new URL(response.url()).pathname}`);
  });
  return complaints;
}

const axe = readFileSync(
  path.join(import.meta.dirname, "..", "node_modules", "axe-core", "axe.min.js"),
  "utf8",
);

type Violation = { id: string; impact: string | null; help: string; nodes: { target: unknown[] }[] };

/** What fades in is pale for a moment; what drifts for ever is not waited for. */
const settled = `Promise.allSettled(document.getAnimations()
  .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity).map((one) => one.finished)).then(() => null)`;

/** Runs axe on the page once it has come to rest: nothing serious or critical may be left. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(settled);
  await page.evaluate(axe);
  const found = await page.evaluate<Violation[]>(
    "axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations)",
  );
  const grave = found
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id} at ${one.nodes.map((node) => String(node.target[0])).join(", ")}: ${one.help}`);
  expect(grave, `axe on ${where}`).toEqual([]);
}

/** The page may scroll down, never sideways. */
export async function expectNoSideways(page: Page, where: string): Promise<void> {
  const over = await page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  expect(over, `${where} is wider than its window by`).toBeLessThanOrEqual(0);
}

/** Sets the theme by the cookie that the person's menu writes. */
export async function wear(context: BrowserContext, theme: "light" | "dark"): Promise<void> {
  await context.addCookies([{ name: "aurora_theme", value: theme, url: at("/") }]);
}
