import path from "node:path";
import { startEmbeddedPostgres } from "#db/embedded/start-embedded.ts";
import { withSystem } from "#db/system.ts";
import { SYSTEM_ROLES } from "#domain/access/roles.ts";
import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { hashPassword } from "#server/auth/password.ts";
import { reconcile } from "#server/billing/reconcile.ts";
import { eraseCustomer } from "#server/customers/erase-customer.ts";
import { exportCustomer } from "#server/customers/export-customer.ts";
import { systemActor } from "#server/demo/seed/system-actor.ts";
import { replayJournalEntry } from "#server/platform/logs.ts";
import { env } from "#server/runtime/env.ts";
import { forget } from "#server/runtime/process.ts";
import { rotateMasterKey } from "#server/runtime/rotate-master-key.ts";
import { addMember, createOwnerKey, createTenant } from "#server/tenants/create-tenant.ts";
import { ensureSecrets, openDataFolder } from "./serve/data-folder.ts";

type Command = { usage: string; run: (args: string[]) => Promise<unknown> };

async function tenantBySlug(slug: string | undefined) {
  const rows = await withSystem(
    "command line",
    (tx) => tx.sql`select id, sandbox from tenants where lower(slug) = lower(${slug ?? ""})`,
  );
  if (!rows[0]) throw new Error(`There is no tenant ${slug ?? ""}. Say its slug.`);
  return { id: tenantIdFrom(String(rows[0].id)), sandbox: Boolean(rows[0].sandbox) };
}

function need(args: string[], usage: string, count: number): string[] {
  if (args.length < count) throw new Error(`Usage: npm run aurora -- ${usage}`);
  return args;
}

const COMMANDS: Record<string, Command> = {
  "tenant:create": {
    usage: "tenant:create <slug> <name> <billing e-mail> [time zone] [currency]",
    async run(args) {
      const [slug = "", name = "", billingEmail = "", timezone = "UTC", currency = "USD"] = need(
        args,
        this.usage,
        3,
      );
      const id = await createTenant({ slug, name, billingEmail, timezone, currency, sandbox: false });
      return { id, slug, apiKey: await createOwnerKey(id, "First key", false) };
    },
  },
  "user:create": {
    usage: "user:create <tenant slug> <e-mail> <name> <role> <password>",
    async run(args) {
      const [slug, email = "", name = "", role = "", password = ""] = need(args, this.usage, 5);
      if (!(SYSTEM_ROLES as readonly string[]).includes(role))
        throw new Error(`The role is one of ${SYSTEM_ROLES.join(", ")}.`);
      const { id } = await tenantBySlug(slug);
      return {
        userId: await addMember(id, { email, name, role, passwordHash: await hashPassword(password) }),
      };
    },
  },
  "key:create": {
    usage: "key:create <tenant slug> <name>",
    async run(args) {
      const [slug, name = ""] = need(args, this.usage, 2);
      const { id, sandbox } = await tenantBySlug(slug);
      return { apiKey: await createOwnerKey(id, name, sandbox) };
    },
  },
  reconcile: {
    usage: "reconcile [tenant slug]",
    run: async ([slug]) => reconcile(slug ? (await tenantBySlug(slug)).id : null),
  },
  "webhook:replay": {
    usage: "webhook:replay <journal id>",
    async run(args) {
      const [id = ""] = need(args, this.usage, 1);
      return replayJournalEntry(id);
    },
  },
  "customer:export": {
    usage: "customer:export <tenant slug> <customer id>",
    async run(args) {
      const [slug, id = ""] = need(args, this.usage, 2);
      return exportCustomer(systemActor((await tenantBySlug(slug)).id), id);
    },
  },
  "customer:erase": {
    usage: "customer:erase <tenant slug> <customer id>",
    async run(args) {
      const [slug, id = ""] = need(args, this.usage, 2);
      return eraseCustomer(systemActor((await tenantBySlug(slug)).id), id);
    },
  },
  "key:rotate-encryption": {
    usage: "key:rotate-encryption <new ENCRYPTION_KEY of 32 characters or more>",
    async run(args) {
      const [next = ""] = need(args, this.usage, 1);
      if (next.length < 32) throw new Error("The new key has 32 characters or more.");
      const wrapped = await rotateMasterKey(env().ENCRYPTION_KEY ?? "", next);
      return { wrapped, next: "Start Aurora with ENCRYPTION_KEY set to the new key." };
    },
  },
};

/** The database that a running Aurora uses, or one of our own for as long as the command runs. */
async function openDatabase(): Promise<() => Promise<void>> {
  const folder = path.resolve(env().AURORA_DATA_DIR);
  openDataFolder(folder);
  ensureSecrets(folder);
  forget("env");
  if (process.env.DATABASE_URL) return async () => undefined;
  const server = await startEmbeddedPostgres({ dataFolder: folder });
  Object.assign(process.env, { DATABASE_URL: server.url, DATABASE_DIRECT_URL: server.adminUrl });
  return async () => {
    if (!server.adopted) await server.stop();
  };
}

async function main(): Promise<void> {
  const [name = "", ...args] = process.argv.slice(2);
  const command = COMMANDS[name];
  if (!command) {
    const list = Object.values(COMMANDS).map(({ usage }) => `  npm run aurora -- ${usage}`);
    throw new Error(`Say what to do:\n${list.join("\n")}`);
  }
  const close = await openDatabase();
  try {
    process.stdout.write(`${JSON.stringify(await command.run(args), null, 2)}\n`);
  } finally {
    await close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
