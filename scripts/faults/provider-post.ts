import { setTimeout as pause } from "node:timers/promises";
import { metaWebhook } from "./peers.ts";

/** What happened to the webhooks: how many were accepted, and how often one had to be delivered again. */
export type PostCounts = { accepted: number; redelivered: number; repeated: number };

/**
 * The provider's side of the webhook door: delivers until it reads a 200, the same bytes each time, as Meta does; and
 * now and then once more although it was accepted.
 */
export class ProviderPost {
  readonly counts: PostCounts = { accepted: 0, redelivered: 0, repeated: 0 };
  /** Ids of inbound messages whose webhook was answered 200. */
  readonly acceptedMessages = new Set<string>();
  private readonly address: () => string;
  private readonly open = new Set<Promise<unknown>>();
  private stopped = false;

  constructor(address: () => string) {
    this.address = address;
  }

  private async once(body: string, signature: string): Promise<boolean> {
    try {
      const response = await fetch(this.address(), {
        method: "POST",
        headers: { "content-type": "application/json", "x-hub-signature-256": signature },
        body,
        signal: AbortSignal.timeout(5_000),
      });
      await response.arrayBuffer();
      return response.status === 200;
    } catch {
      return false;
    }
  }

  private async deliver(value: Record<string, unknown>, again: boolean): Promise<void> {
    const { body, signature } = metaWebhook(value);
    while (!this.stopped && !(await this.once(body, signature))) {
      this.counts.redelivered += 1;
      await pause(150 + Math.random() * 150);
    }
    this.counts.accepted += 1;
    if (again && (await this.once(body, signature))) this.counts.repeated += 1;
  }

  private track(work: Promise<void>): Promise<void> {
    this.open.add(work);
    return work.finally(() => this.open.delete(work));
  }

  /** A customer's message, delivered until it is accepted. */
  async say(from: string, id: string, text: string, again: boolean): Promise<void> {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const contacts = [{ profile: { name: "John Doe" }, wa_id: from }];
    const messages = [{ from, id, timestamp, type: "text", text: { body: text } }];
    await this.track(this.deliver({ contacts, messages }, again));
    this.acceptedMessages.add(id);
  }

  /** sent and delivered of a message that the provider took, each its own webhook. */
  async report(message: { id: string; to: string; attemptId: string }): Promise<void> {
    const timestamp = String(Math.floor(Date.now() / 1000));
    for (const status of ["sent", "delivered"]) {
      const { id, to, attemptId } = message;
      const report = { id, status, timestamp, recipient_id: to, biz_opaque_callback_data: attemptId };
      await this.track(this.deliver({ statuses: [report] }, false));
    }
  }

  /** Until everything under way was accepted. */
  async settled(): Promise<void> {
    while (this.open.size > 0) await Promise.all(this.open);
  }

  stop(): void {
    this.stopped = true;
  }
}
