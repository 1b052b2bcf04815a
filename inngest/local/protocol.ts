/** What the SDK and its server say to each other: the shapes this executor sends and reads. */
export type EventPayload = {
  id: string;
  name: string;
  data: Record<string, unknown>;
  ts: number;
  v?: string;
  user?: Record<string, unknown>;
};

export type StepError = { name: string; message: string; stack?: string };

export type Memo = { kind: "data" | "error"; value: unknown };

/** One operation the SDK reports: a result, or something it wants done. */
export type Op = {
  id: string;
  op: string;
  name?: string | null;
  displayName?: string | null;
  data?: unknown;
  error?: unknown;
  opts?: Record<string, unknown> | null;
  timing?: { a?: number; b?: number };
};

/** A call of a function: everything the SDK needs to replay it to where it stands. */
export type CallInput = {
  functionId: string;
  runId: string;
  stepId: string;
  attempt: number;
  maxAttempts: number;
  callId: string;
  events: EventPayload[];
  steps: ReadonlyMap<string, Memo>;
  disableImmediateExecution: boolean;
};

export type Answer =
  | { kind: "ops"; ops: Op[]; retryAfterMs: number | null }
  | { kind: "returned"; value: unknown }
  | { kind: "threw"; error: StepError; final: boolean; retryAfterMs: number | null };

export const INTERNAL = {
  failed: "inngest/function.failed",
  finished: "inngest/function.finished",
  cancelled: "inngest/function.cancelled",
  invoked: "inngest/function.invoked",
  cron: "inngest/scheduled.timer",
} as const;

/** SHA-1 of "complete": the step id under which the SDK reports the end of a run. */
export const COMPLETE_ID = "0737c22d3bfae812339732d14d8c7dbd6dc4e09c";

/** Reads an error as the SDK serialises it, whatever its outer form. */
export function readError(raw: unknown): StepError {
  if (typeof raw === "string") return { name: "Error", message: raw };
  if (typeof raw !== "object" || raw === null) return { name: "Error", message: "Unknown error" };
  const { name, message, stack, error } = raw as Record<string, unknown>;
  return {
    name: typeof name === "string" ? name : "Error",
    message: typeof message === "string" ? message : typeof error === "string" ? error : "Unknown error",
    ...(typeof stack === "string" ? { stack } : {}),
  };
}

function retryAfter(header: string | undefined): number | null {
  if (!header) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds * 1000;
  const at = Date.parse(header);
  return Number.isFinite(at) ? Math.max(0, at - Date.now()) : null;
}

/** Turns the SDK's HTTP answer into what the executor acts on. */
export function readAnswer(response: {
  status: number;
  headers: Record<string, string>;
  body: string;
}): Answer {
  const parsed: unknown = response.body === "" ? null : JSON.parse(response.body);
  const retryAfterMs = retryAfter(response.headers["Retry-After"] ?? response.headers["retry-after"]);
  if (response.status === 200) return { kind: "returned", value: parsed };
  if (response.status === 206) {
    return { kind: "ops", ops: (Array.isArray(parsed) ? parsed : [parsed]) as Op[], retryAfterMs };
  }
  const final = response.headers["x-inngest-no-retry"] === "true" || response.status === 400;
  return { kind: "threw", error: readError(parsed), final, retryAfterMs };
}
