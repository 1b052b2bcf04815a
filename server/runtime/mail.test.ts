import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { sendMail } from "./mail.ts";
import { forget } from "./process.ts";

useTestDatabase();

function use(url: string): void {
  process.env.SMTP_URL = url;
  forget("env");
  forget("mail.transport");
}
afterEach(() => use(""));

const mail = (dedupeKey: string) => ({
  dedupeKey,
  to: ["cfo@example.com"],
  subject: "Spend is at 82 %",
  text: "Of 1,000.00.",
});
const stored = (key: string) =>
  withSystem("test", (tx) => tx.sql`select status, error from mail_messages where dedupe_key = ${key}`);

async function smtp(onData: (text: string) => Error | null) {
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    onData: (stream, _session, done) => {
      let text = "";
      stream.on("data", (part: Buffer) => {
        text += part.toString();
      });
      stream.on("end", () => done(onData(text)));
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  return {
    url: `smtp://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    close: () => server.close(() => undefined),
  };
}

describe("mail", () => {
  it("is kept in the built-in mailbox where no server is set", async () => {
    use("");
    await sendMail(mail("kept"));
    expect(await stored("kept")).toMatchObject([{ status: "kept" }]);
  });

  it("goes through SMTP once, however often the job runs", async () => {
    const seen: string[] = [];
    const server = await smtp((text) => {
      seen.push(text);
      return null;
    });
    use(server.url);
    await sendMail(mail("sent"));
    await sendMail(mail("sent"));
    server.close();
    expect(seen).toHaveLength(1);
    expect(seen[0]).toContain("Subject: Spend is at 82 %");
    expect(await stored("sent")).toMatchObject([{ status: "sent" }]);
  });

  it("carries attachments, and lists them with their checksum", async () => {
    let seen = "";
    const server = await smtp((text) => {
      seen = text;
      return null;
    });
    use(server.url);
    const content = Buffer.from("%PDF-1.7");
    const attached = { fileName: "INV-2025-01-001.pdf", contentType: "application/pdf", content };
    await sendMail({ ...mail("attached"), attachments: [attached] });
    server.close();
    expect(seen).toContain("filename=INV-2025-01-001.pdf");
    expect(seen).toContain(content.toString("base64"));
    const rows = await withSystem(
      "test",
      (tx) => tx.sql`select attachments from mail_messages where dedupe_key = 'attached'`,
    );
    expect(rows).toMatchObject([{ attachments: [{ fileName: "INV-2025-01-001.pdf", bytes: 8 }] }]);
  });

  it("says why the server refused, and can be tried again", async () => {
    let refuse = true;
    const server = await smtp(() => (refuse ? new Error("mailbox is full") : null));
    use(server.url);
    await expect(sendMail(mail("refused"))).rejects.toThrow(/mailbox is full/);
    expect(await stored("refused")).toMatchObject([{ status: "failed" }]);
    refuse = false;
    await sendMail(mail("refused"));
    server.close();
    expect(await stored("refused")).toMatchObject([{ status: "sent", error: null }]);
  });
});
