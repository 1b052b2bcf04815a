import type { Json, Variables } from "#domain/core/json.ts";

export type { Json, Variables };

export type RunStatus =
  | "running"
  | "waiting"
  | "completed"
  | "failed"
  | "cancelled"
  | "timed_out"
  | "handed_off";

/** Everything a run knows; stored after every node, so that a crash resumes from it. */
export type RunState = {
  status: RunStatus;
  /** The node the run stands at; kept when it ends. */
  current: string | null;
  variables: Variables;
  /** How often each node was entered; the visit number makes effect keys unique. */
  visits: Record<string, number>;
  executed: string[];
  stepCount: number;
  /** Steps since the customer last spoke: the guard against loops without a user turn. */
  stepsSinceTurn: number;
  /** Tries of the question the run waits at, or of the node that is being retried. */
  tries: number;
  outcome: string | null;
  error: string | null;
};

/** What happened, for the reducer. */
export type RunEvent =
  | { type: "start"; variables: Variables }
  | { type: "effect_succeeded"; output: Json }
  | { type: "effect_failed"; error: string; retryable: boolean }
  | { type: "reply"; text: string; buttonId?: string }
  | { type: "timer" };

export type Button = { id: string; title: string };

/** What the host must do next; each names its node and visit, which make its idempotency key. */
export type Command = { nodeKey: string; visit: number } & (
  | { type: "send_message"; text: string; buttons: Button[] }
  | { type: "send_template"; templateId: string; language: string | null; variables: Record<string, string> }
  | {
      type: "call_ai";
      mode: "generate" | "extract" | "classify";
      prompt: string;
      instructions: string;
      outputVariable: string;
      fields: { name: string; type: string; description: string }[];
      branches: { port: string; description: string }[];
      providerId: string | null;
      model: string | null;
    }
  | { type: "call_api"; connectorId: string; endpointId: string; inputs: Record<string, Json> }
  | { type: "wait_reply"; timeoutSeconds: number | null }
  | { type: "wait_timer"; seconds: number }
  | { type: "hand_off"; reason: string; message: string }
  | { type: "apologise"; text: string; reason: string }
  | { type: "resolve" }
);

/** One visit of one node, as the step list shows it. */
export type StepRecord = {
  nodeKey: string;
  visit: number;
  status: "running" | "completed" | "failed" | "waiting";
  input: Json;
  output: Json;
  port: string | null;
  error: string | null;
  /** What this step gave a value; the variables after it are all sets up to it, one over the other. */
  variablesSet: Variables;
};

/** What one call of the reducer gives back: at most one command, which the host performs and answers. */
export type Advance = {
  state: RunState;
  command: Command | null;
  steps: StepRecord[];
  /** Keys of the connections taken, in order; counted exactly per version. */
  taken: string[];
};

/** A run gives up after this many steps without a word from the customer. */
export const MAX_STEPS_WITHOUT_TURN = 200;
/** Largest serialised state of a run, in bytes. */
export const MAX_STATE_BYTES = 256 * 1024;
