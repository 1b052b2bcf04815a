import { createHmac } from "node:crypto";
import { Pool } from "undici";
import { newId } from "#domain/core/id.ts";
import { WHATSAPP } from "#server/testing/main-job.ts";

const SECONDS = 1000;

/** A customer's message as Meta posts it: body and signature. */
export function signedBody(from: string, text: string): { body: string; signature: string } {
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [
      {
        id: "1",
        changes: [
          {
            field: "messages",
            value: {
              messaging_product: "whatsapp",
              metadata: { display_phone_number: "15550783881", phone_number_id: WHATSAPP.phoneNumberId },
              contacts: [{ profile: { name: "John Doe" }, wa_id: from }],
              messages: [
                {
                  from,
                  id: `wamid.${newId()}`,
                  timestamp: String(Math.floor(Date.now() / SECONDS)),
                  type: "text",
                  text: { body: text },
                },
              ],
            },
          },
        ],
      },
    ],
  });
  return { body, signature: `sha256=${createHmac("sha256", WHATSAPP.appSecret).update(body).digest("hex")}` };
}

/** Posts signed messages over kept-alive connections. */
export class WebhookLoad {
  private readonly pool: Pool;
  private readonly path: string;

  constructor(address: string, connections = 128) {
    const url = new URL(address);
    this.path = url.pathname;
    this.pool = new Pool(url.origin, { connections, pipelining: 1 });
  }

  /** Posts one message; its status. */
  async post(from: string, text: string): Promise<number> {
    const { body, signature } = signedBody(from, text);
    const { statusCode, body: answer } = await this.pool.request({
      method: "POST",
      path: this.path,
      headers: { "content-type": "application/json", "x-hub-signature-256": signature },
      body,
    });
    await answer.dump();
    return statusCode;
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }
}
