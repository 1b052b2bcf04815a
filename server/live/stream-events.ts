import { type TrackedEnvelope, tracked } from "@trpc/server";
import { AppError } from "#domain/core/app-error.ts";
import {
  lastPublishedNumber,
  listPublishedFacts,
  type PublishedFact,
  subscribeOutbox,
} from "#server/runtime/outbox.ts";
import type { Actor } from "#server/trpc/context.ts";
import { stillAllowed } from "./still-allowed.ts";

/** A notice for a browser: what changed, by ids; the browser reads it again by key. */
export type LiveEvent = {
  number: number;
  /** `refetch`: something was missed that cannot be told any more; read everything again. */
  type: string;
  conversationId?: string;
  messageId?: string;
  flowExecutionId?: string;
  flowId?: string;
  status?: string;
};

/** How often a silent stream makes sure that its reader may still read. */
const CHECK_MS = 5_000;
const REPLAY = 500;

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

function typeOf(name: string): string | null {
  if (name.includes("/")) return null;
  if (name === "message.status_changed") return "message.updated";
  if (name.startsWith("conversation.")) return "conversation.updated";
  return name === "flow.completed" ? "flow_execution.updated" : name;
}

/** A published fact as browsers hear it, or null where it only steers work. */
export function liveEvent(fact: PublishedFact): LiveEvent | null {
  const type = typeOf(fact.name);
  if (!type || fact.number === null) return null;
  const { conversationId, messageId, executionId, flowId, status } = fact.payload;
  const parts = {
    conversationId: text(conversationId),
    messageId: text(messageId),
    flowExecutionId: text(executionId),
    flowId: text(flowId),
    status: text(status),
  };
  const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  return { number: fact.number, type, ...given };
}

/** What one tenant's facts leave in this process until the stream takes them. */
class Mailbox {
  facts: PublishedFact[] = [];
  private wake: () => void = () => undefined;

  put(facts: readonly PublishedFact[]): void {
    this.facts.push(...facts);
    this.wake();
  }

  /** Resolves with the next facts, with none after a while or when the reader is gone. */
  async take(signal: AbortSignal | undefined): Promise<PublishedFact[]> {
    if (this.facts.length === 0 && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, CHECK_MS);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal?.addEventListener("abort", this.wake, { once: true });
      });
    }
    return this.facts.splice(0).sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
  }
}

const refetch = (number: number) => tracked(String(number), { number, type: "refetch" } as LiveEvent);

/**
 * A tenant's facts from a number on, without a hole: what is missing in between is read from the outbox's last hour,
 * and where even that has a hole the reader is told to refetch. Ends when the reader's right ends.
 */
export async function* streamEvents(
  actor: Actor,
  since: number | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<TrackedEnvelope<LiveEvent>> {
  const { tenantId } = actor;
  const mailbox = new Mailbox();
  const stop = subscribeOutbox((facts) => {
    const own = facts.filter((fact) => fact.tenantId === tenantId && fact.number !== null);
    if (own.length > 0) mailbox.put(own);
  });
  try {
    const newest = await lastPublishedNumber(tenantId);
    let last = since !== undefined && since <= newest ? since : newest;
    if (since !== undefined && since > newest) yield refetch(newest);
    else yield tracked(String(last), { number: last, type: "ready" });
    let behind = last < newest;
    while (!signal?.aborted) {
      const heard = behind ? [] : await mailbox.take(signal);
      if (!(await stillAllowed(actor, "conversations.view"))) {
        throw new AppError("unauthenticated", "auth.ended", "This sign-in has ended.");
      }
      const holed = behind || (heard[0]?.number ?? 0) > last + 1;
      const facts = holed ? await listPublishedFacts(tenantId, last, REPLAY) : heard;
      behind = holed && facts.length === REPLAY;
      if (holed && (facts[0]?.number ?? 0) > last + 1) {
        last = await lastPublishedNumber(tenantId);
        behind = false;
        yield refetch(last);
        continue;
      }
      for (const fact of facts) {
        if (fact.number === null || fact.number <= last) continue;
        last = fact.number;
        const event = liveEvent(fact);
        if (event) yield tracked(String(event.number), event);
      }
    }
  } finally {
    stop();
  }
}
