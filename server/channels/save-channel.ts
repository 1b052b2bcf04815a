import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import {
  CHANNEL_ADDRESS,
  CHANNEL_SECRETS,
  CHANNEL_SETTINGS,
  type ChannelType,
  type channelCreate,
  type channelPatch,
} from "#domain/channels/channel-input.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { requirePlanRoom } from "#server/billing/plan-limits.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { encryptSecret, maskedTail } from "#server/runtime/secrets.ts";
import type { Actor } from "#server/trpc/context.ts";
import { type ChannelRow, channelView, readChannel, selectChannels, statusFor } from "./channel-view.ts";
import { connectedChannelChanged } from "./connected-channel.ts";
import { channelSecretRow, directoryChanged, openChannelSecrets } from "./directory.ts";

type Settings = Record<string, string | null>;

/** Splits settings into shown and secret ones; null takes one away, what is not named stays. */
function merge(type: ChannelType, before: { open: Settings; secret: Settings }, change: Settings) {
  const open = { ...before.open };
  const secret = { ...before.secret };
  for (const [name, value] of Object.entries(change)) {
    const target = CHANNEL_SECRETS[type].includes(name) ? secret : open;
    if (value === null) delete target[name];
    else target[name] = value;
  }
  const checked = CHANNEL_SETTINGS[type].safeParse({ ...open, ...secret });
  if (!checked.success) {
    const issue = checked.error.issues[0];
    throw new AppError(
      "invalid",
      "channels.settings_invalid",
      `settings.${issue?.path.join(".") ?? ""}: ${issue?.message}`,
    );
  }
  return { open, secret };
}

/** Refuses an address that any workspace has connected, without saying whose. */
async function claimAddress(
  tenantId: string,
  channelId: string,
  type: ChannelType,
  open: Settings,
  sealed: string | null,
): Promise<void> {
  const name = CHANNEL_ADDRESS[type];
  const address = name ? (open[name] ?? null) : null;
  try {
    await withSystem(
      "channel directory",
      (tx) => tx.sql`
      insert into channel_directory (channel_id, tenant_ref, type, external_address, secrets)
      values (${channelId}, ${tenantId}, ${type}, ${address}, ${sealed})
      on conflict (channel_id) do update set external_address = excluded.external_address, secrets = excluded.secrets, archived = false`,
    );
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "23505") {
      throw new AppError(
        "conflict",
        "channels.address_taken",
        `settings.${name}: this number is already connected.`,
      );
    }
    throw error;
  }
}

function onDuplicateName(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "23505") {
    throw new AppError(
      "conflict",
      "channels.name_taken",
      "name: there is a channel of this type and name already.",
    );
  }
  throw error;
}

async function seal(
  tenantId: string,
  channelId: string,
  secret: Settings,
): Promise<{ sealed: string | null; tails: Settings }> {
  if (Object.keys(secret).length === 0) return { sealed: null, tails: {} };
  const sealed = await encryptSecret(tenantId, channelSecretRow(channelId), JSON.stringify(secret));
  return {
    sealed,
    tails: Object.fromEntries(Object.entries(secret).map(([name, value]) => [name, maskedTail(value ?? "")])),
  };
}

/** Connects a channel. Throws `conflict` for a name or number in use, `invalid` for settings it does not know. */
export async function createChannel(actor: Actor, input: z.output<typeof channelCreate>) {
  const { tenantId } = actor;
  const id = newId();
  const { open, secret } = merge(input.type, { open: {}, secret: {} }, input.settings);
  const { sealed, tails } = await seal(tenantId, id, secret);
  const status = statusFor(input.type, { ...open, ...secret }, false);
  await claimAddress(tenantId, id, input.type, open, sealed);
  const row = await withTenant(tenantId, async (tx) => {
    await requirePlanRoom(tx, "channels");
    await tx.sql`
      insert into channels (tenant_id, id, type, name, status, settings, secrets, secret_tails, bot_enabled)
      values (${tenantId}, ${id}, ${input.type}, ${input.name}, ${status}, ${JSON.stringify(open)}, ${sealed}, ${JSON.stringify(tails)}, ${input.botEnabled})`;
    await recordAudit(tx, actor, {
      action: "create",
      subjectType: "channels",
      subjectId: id,
      after: { name: input.name, type: input.type },
    });
    return readChannel(tx, id);
  }).catch(async (error: unknown) => {
    await withSystem(
      "channel directory",
      (tx) => tx.sql`delete from channel_directory where channel_id = ${id}`,
    );
    return onDuplicateName(error);
  });
  directoryChanged(id);
  return channelView(row);
}

async function readForChange(tx: TenantTransaction, id: string): Promise<ChannelRow> {
  const rows = await tx.sql<
    ChannelRow[]
  >`select * from channels where tenant_id = ${tx.tenantId} and id = ${id} and archived_at is null for update`;
  if (!rows[0]) throw notFound("channels");
  return rows[0];
}

/** Changes what is named and keeps the rest, also inside `settings`. */
export async function updateChannel(actor: Actor, id: string, change: z.output<typeof channelPatch>) {
  const { tenantId } = actor;
  const before = await withTenant(tenantId, (tx) => readForChange(tx, id));
  const type = String(before.type) as ChannelType;
  const secrets = await openChannelSecrets(tenantId, id, before.secrets as string | null);
  const { open, secret } = merge(
    type,
    { open: before.settings as Settings, secret: secrets },
    change.settings ?? {},
  );
  const { sealed, tails } = await seal(tenantId, id, secret);
  if (change.settings) await claimAddress(tenantId, id, type, open, sealed);
  const status = change.settings ? statusFor(type, { ...open, ...secret }, false) : String(before.status);
  const pausedAt =
    change.paused === undefined ? before.paused_at : change.paused ? new Date().toISOString() : null;
  const row = await withTenant(tenantId, async (tx) => {
    await tx.sql`
      update channels set name = ${change.name ?? String(before.name)}, settings = ${JSON.stringify(open)}, secrets = ${sealed},
        secret_tails = ${JSON.stringify(tails)}, status = ${status}, bot_enabled = ${change.botEnabled ?? Boolean(before.bot_enabled)},
        paused_at = ${pausedAt as string | null}, updated_at = now(),
        status_changed_at = case when status = ${status} then status_changed_at else clock_timestamp() end
      where tenant_id = ${tenantId} and id = ${id}`;
    await recordAudit(tx, actor, {
      action: "update",
      subjectType: "channels",
      subjectId: id,
      after: { changed: Object.keys(change) },
    });
    return readChannel(tx, id);
  }).catch(onDuplicateName);
  directoryChanged(id);
  connectedChannelChanged(tenantId, id);
  return channelView(row);
}

/** Takes a channel out of service; its threads stay. */
export async function archiveChannel(actor: Actor, id: string) {
  const { tenantId } = actor;
  const row = await withTenant(tenantId, async (tx) => {
    await readForChange(tx, id);
    await tx.sql`update channels set archived_at = now(), status = 'disconnected', status_changed_at = clock_timestamp(),
      updated_at = now() where tenant_id = ${tenantId} and id = ${id}`;
    await recordAudit(tx, actor, { action: "archive", subjectType: "channels", subjectId: id });
    const [shown] = await selectChannels(tx, tx.sql`c.id = ${id}`);
    return shown ?? {};
  });
  await withSystem(
    "channel directory",
    (tx) => tx.sql`update channel_directory set archived = true where channel_id = ${id}`,
  );
  directoryChanged(id);
  connectedChannelChanged(tenantId, id);
  return channelView(row);
}
