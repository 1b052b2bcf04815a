import { newId } from "#domain/core/id.ts";
import type { EventPayload, Op } from "./protocol.ts";

/** What the executor offers to the SDK's own requests. */
export type Doors = {
  send(events: EventPayload[]): Promise<void>;
  /** Memoises steps of a running call; false when that call no longer holds its lease. */
  checkpoint(callId: string, ops: Op[]): Promise<boolean>;
  /** Wakes the run that waits for a signal; returns its id, or null when none waits. */
  signal(name: string, data: unknown): Promise<string | null>;
};

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

type RawEvent = {
  id?: string;
  name?: unknown;
  data?: unknown;
  ts?: number;
  v?: string;
  user?: Record<string, unknown>;
};

/** Events as they were sent, each with an id: its own, or one that a repeated request gives again. */
export function readEvents(raw: unknown, seed: string | null): EventPayload[] {
  const list = (Array.isArray(raw) ? raw : [raw]) as RawEvent[];
  return list.map((event, index) => {
    if (typeof event?.name !== "string" || event.name === "") throw new Error("An event needs a name.");
    const { v, user } = event;
    return {
      id: event.id ? String(event.id) : seed ? `${seed}:${index}` : newId(),
      name: event.name,
      data: (event.data ?? {}) as Record<string, unknown>,
      ts: event.ts ?? Date.now(),
      ...(v ? { v } : {}),
      ...(user ? { user } : {}),
    };
  });
}

/** Answers in process what the SDK would ask Inngest's servers: events, checkpoints, signals, realtime. */
export async function answerRequest(
  doors: Doors,
  url: URL,
  init: RequestInit | undefined,
): Promise<Response> {
  const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : null;
  if (url.pathname.startsWith("/e/")) {
    const seed = new Headers(init?.headers).get("x-inngest-event-id-seed");
    const events = readEvents(body, seed);
    await doors.send(events);
    return json(200, { ids: events.map((event) => event.id), status: 200 });
  }
  if (/^\/v1\/checkpoint\/[^/]+\/async$/.test(url.pathname)) {
    const { qi_id: callId, steps } = body as { qi_id: string; steps: Op[] };
    if (steps.some((op) => op.op !== "StepRun" && op.op !== "Step"))
      return json(400, { error: "only results" });
    return (await doors.checkpoint(callId, steps)) ? json(200, {}) : json(409, { error: "stale" });
  }
  if (url.pathname === "/v1/signals") {
    const { signal, data } = body as { signal: string; data: unknown };
    const runId = await doors.signal(signal, data);
    return runId ? json(200, { data: { run_id: runId } }) : json(404, { error: "no run waits", status: 404 });
  }
  if (url.pathname === "/v1/realtime/publish") return json(200, {});
  if (url.pathname === "/v1/realtime/token") return json(200, { jwt: "local" });
  return json(404, { error: "The embedded executor has no such endpoint.", status: 404 });
}
