import { createHash } from "node:crypto";
import nodemailer from "nodemailer";
import { withSystem } from "#db/system.ts";
import { newId } from "#domain/core/id.ts";
import { env } from "./env.ts";
import { logger } from "./logger.ts";
import { once } from "./process.ts";

export type Mail = {
  /** Derived from the fact that causes the mail: the same key never sends twice. */
  dedupeKey: string;
  tenantId?: string;
  to: readonly string[];
  subject: string;
  text: string;
  attachments?: readonly { fileName: string; contentType: string; content: Uint8Array }[];
};

function transport() {
  const url = env().SMTP_URL;
  return url ? once("mail.transport", () => nodemailer.createTransport(url)) : undefined;
}

/**
 * Sends a mail through SMTP_URL, or keeps it in the built-in mailbox when none is set; either way it is listed for
 * staff. Call it from a job, never inside a transaction. Returns the mail's id, by which staff finds it. Throws when the
 * mail server refuses, so that the job retries.
 */
export async function sendMail(mail: Mail): Promise<string> {
  const id = newId();
  const { attachments = [] } = mail;
  const listed = attachments.map(({ fileName, contentType, content }) => {
    const sha256 = createHash("sha256").update(content).digest("hex");
    return { fileName, contentType, bytes: content.length, sha256 };
  });
  const state = await withSystem("record mail", async (tx) => {
    await tx.sql`insert into mail_messages (id, tenant_ref, dedupe_key, recipients, sender, subject, text_body, attachments)
      values (${id}, ${mail.tenantId ?? null}, ${mail.dedupeKey}, ${[...mail.to]}, ${env().MAIL_FROM},
        ${mail.subject}, ${mail.text}, ${JSON.stringify(listed)}) on conflict (dedupe_key) do nothing`;
    const rows = await tx.sql`select id, status from mail_messages where dedupe_key = ${mail.dedupeKey}`;
    return rows[0] as { id: string; status: string };
  });
  if (state.status === "sent" || state.status === "kept") return state.id;
  const server = transport();
  try {
    if (server) {
      const messageId = `<${state.id}@aurora.mail>`;
      await server.sendMail({
        from: env().MAIL_FROM,
        to: [...mail.to],
        subject: mail.subject,
        text: mail.text,
        attachments: attachments.map(({ fileName, contentType, content }) => ({
          filename: fileName,
          contentType,
          content: Buffer.from(content),
        })),
        messageId,
      });
    }
    await settle(state.id, server ? "sent" : "kept", null);
    return state.id;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn({ mail: state.id, reason }, "mail was refused");
    await settle(state.id, "failed", reason);
    throw error;
  }
}

async function settle(id: string, status: string, error: string | null): Promise<void> {
  await withSystem(
    "record mail",
    (tx) =>
      tx.sql`update mail_messages set status = ${status}, error = ${error},
      sent_at = case when ${status} = 'failed' then null else now() end where id = ${id}`,
  );
}
