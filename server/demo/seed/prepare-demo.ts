import { writeFileSync } from "node:fs";
import path from "node:path";
import { withSystem } from "#db/system.ts";
import { env } from "#server/runtime/env.ts";
import { registerDemoNumber } from "../demo-peers.ts";
import { demoSecrets } from "../demo-secrets.ts";
import { seedDemo } from "./seed-demo.ts";
import { STAFF_EMAIL } from "./seed-platform.ts";

type Row = Record<string, unknown>;

async function state(): Promise<{ empty: boolean; demo: boolean }> {
  const rows = await withSystem(
    "read demo state",
    (tx) => tx.sql`
    select (select count(*)::int from tenants) as tenants, (select value from platform_settings where key = 'demo') as demo`,
  );
  return { empty: Number(rows[0]?.tenants) === 0, demo: rows[0]?.demo === true };
}

async function describeTenant(row: Row, baseUrl: string) {
  const secrets = demoSecrets();
  const slug = String(row.slug);
  const { channels, users } = await withSystem("describe the demo", async (tx) => ({
    channels: await tx.sql<
      Row[]
    >`select id, type from channels where tenant_id = ${String(row.id)} and archived_at is null order by id`,
    users: await tx.sql<Row[]>`select u.email, m.role from memberships m join users u on u.id = m.user_id
      where m.tenant_id = ${String(row.id)} and m.status = 'active' order by u.email`,
  }));
  const number = secrets.whatsapp[slug];
  return {
    slug,
    id: String(row.id),
    apiKey: secrets.apiKeys[slug],
    channels: channels.map((channel) => ({
      type: String(channel.type),
      id: String(channel.id),
      webhookUrl: channel.type === "whatsapp" ? `${baseUrl}/api/webhooks/whatsapp/${channel.id}` : null,
      ...(channel.type === "whatsapp" && number ? number : {}),
    })),
    users: users.flatMap((user) => {
      const password = secrets.passwords[String(user.email)];
      return password ? [{ email: String(user.email), password, role: String(user.role) }] : [];
    }),
  };
}

/** Tells the demo's WhatsApp peer where each tenant's webhooks go in this process. */
function registerNumbers(tenants: Awaited<ReturnType<typeof describeTenant>>[]): void {
  const own = `http://127.0.0.1:${env().PORT}`;
  for (const tenant of tenants) {
    const number = demoSecrets().whatsapp[tenant.slug];
    const channel = tenant.channels.find((one) => one.type === "whatsapp");
    if (number && channel)
      registerDemoNumber({ ...number, webhookUrl: `${own}/api/webhooks/whatsapp/${channel.id}` });
  }
}

/**
 * Seeds the demo where the database is empty (not in production, not with AURORA_DEMO=0), registers its numbers, writes
 * demo.json anew, and returns the lines that the start prints. Nothing where the demo is off.
 */
export async function prepareDemo(folder: string): Promise<string> {
  const wanted = env().AURORA_DEMO !== "0" && !env().production;
  const before = await state();
  if (wanted && before.empty) {
    process.stdout.write("Seeding the demo (first start only) …\n");
    await seedDemo();
  } else if (!wanted || !before.demo) {
    return "";
  }
  const baseUrl = env().appUrl;
  const rows = await withSystem(
    "describe the demo",
    (tx) =>
      tx.sql<
        Row[]
      >`select id, slug from tenants where slug in ('shopeasy', 'mario-foods') order by slug desc`,
  );
  const tenants = await Promise.all(rows.map((row) => describeTenant(row, baseUrl)));
  registerNumbers(tenants);
  const { passwords, apiKeys } = demoSecrets();
  const platform = { email: STAFF_EMAIL, password: passwords[STAFF_EMAIL], apiKey: apiKeys.platform };
  const file = path.join(folder, "demo.json");
  writeFileSync(file, `${JSON.stringify({ baseUrl, tenants, platform }, null, 2)}\n`, { mode: 0o600 });
  const people = [
    ...tenants.flatMap((tenant) => tenant.users.filter((user) => user.role === "owner")),
    { ...platform, role: "staff" },
  ];
  const lines = people.map((one) => `  ${one.role.padEnd(6)} ${one.email}  ${one.password}`);
  return `Sign in to the demo:\n${lines.join("\n")}\nAll sign-ins and keys: ${file}\n`;
}
