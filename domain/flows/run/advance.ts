import { connectionFrom, type FlowSnapshot, nodeByKey } from "../flow-definition.ts";
import type { Answer, NodeAction } from "../nodes/node-kind.ts";
import { parseNode } from "../nodes/registry.ts";
import {
  type Advance,
  type Command,
  type Json,
  MAX_STATE_BYTES,
  MAX_STEPS_WITHOUT_TURN,
  type RunEvent,
  type RunState,
  type StepRecord,
  type Variables,
} from "./state.ts";
import { checkDeclared, startingVariables } from "./variables.ts";

/** A run that has not begun. */
export function newRun(): RunState {
  return {
    status: "running",
    current: null,
    variables: {},
    visits: {},
    executed: [],
    stepCount: 0,
    stepsSinceTurn: 0,
    tries: 0,
    outcome: null,
    error: null,
  };
}

type Draft = {
  flow: FlowSnapshot;
  state: RunState;
  steps: StepRecord[];
  taken: string[];
  command: Command | null;
  /** Variables given a value and not yet in a step's record. */
  unrecorded: Variables;
};

function record(draft: Draft, status: StepRecord["status"], parts: Partial<StepRecord>): void {
  const nodeKey = draft.state.current ?? "";
  const visit = draft.state.visits[nodeKey] ?? 1;
  const known = draft.steps.find((step) => step.nodeKey === nodeKey && step.visit === visit);
  const step: StepRecord = known ?? {
    nodeKey,
    visit,
    status,
    input: null,
    output: null,
    port: null,
    error: null,
    variablesSet: {},
  };
  Object.assign(step, parts, { status, variablesSet: { ...step.variablesSet, ...draft.unrecorded } });
  draft.unrecorded = {};
  if (!known) draft.steps.push(step);
}

/** Moves the run to a node and counts the visit; returns false when the step budget is used up. */
function enterNode(draft: Draft, nodeKey: string): boolean {
  const { state } = draft;
  state.current = nodeKey;
  state.visits = { ...state.visits, [nodeKey]: (state.visits[nodeKey] ?? 0) + 1 };
  state.stepCount += 1;
  state.stepsSinceTurn += 1;
  state.tries = 0;
  return state.stepsSinceTurn <= MAX_STEPS_WITHOUT_TURN;
}

/** Ends in the error path: the node's error line where one is drawn, else apology and a person. */
function failNode(draft: Draft, error: string): NodeAction | null {
  const { flow, state } = draft;
  record(draft, "failed", { error });
  const line = state.current ? connectionFrom(flow, state.current, "error") : undefined;
  if (line) return follow(draft, line.key, line.targetKey);
  state.status = "failed";
  state.error = error;
  state.outcome = "failed";
  const nodeKey = state.current ?? "";
  draft.command = {
    type: "apologise",
    text: flow.settings.apology,
    reason: error,
    nodeKey,
    visit: state.visits[nodeKey] ?? 1,
  };
  return null;
}

function follow(draft: Draft, connectionKey: string, targetKey: string): NodeAction | null {
  draft.taken.push(connectionKey);
  return enterNode(draft, targetKey)
    ? enterAction(draft)
    : failNode(draft, `The run took ${MAX_STEPS_WITHOUT_TURN} steps without a word from the customer.`);
}

function act(draft: Draft, answer: Answer | null): NodeAction {
  const node = nodeByKey(draft.flow, draft.state.current ?? "");
  if (!node) return { do: "fail", error: `The node ${draft.state.current} is not in this version.` };
  const parsed = parseNode(node);
  if (!parsed.ok) return { do: "fail", error: parsed.problem };
  const context = { variables: draft.state.variables, state: draft.state };
  try {
    if (answer === null) return parsed.kind.enter(parsed.settings, context);
    return parsed.kind.resume?.(parsed.settings, context, answer) ?? { do: "leave", port: "next" };
  } catch (error) {
    return { do: "fail", error: error instanceof Error ? error.message : String(error) };
  }
}

const enterAction = (draft: Draft) => act(draft, null);

/** Whether a run may end where nothing follows a port. */
function mayEndAt(flow: FlowSnapshot, nodeKey: string, port: string): boolean {
  const node = nodeByKey(flow, nodeKey);
  const parsed = node ? parseNode(node) : null;
  if (!parsed?.ok) return false;
  return parsed.kind
    .ports(parsed.settings)
    .some((one) => one.key === port && port === "next" && !one.required);
}

function leave(draft: Draft, action: Extract<NodeAction, { do: "leave" }>): NodeAction | null {
  const { flow, state } = draft;
  const current = state.current ?? "";
  if (action.variables) {
    const variables: Variables = { ...state.variables, ...action.variables };
    const problem = checkDeclared(flow.variables, action.variables);
    if (problem) return failNode(draft, problem);
    if (JSON.stringify(variables).length > MAX_STATE_BYTES)
      return failNode(draft, "The run's variables outgrew 256 KB.");
    state.variables = variables;
    draft.unrecorded = { ...draft.unrecorded, ...action.variables };
  }
  // The start is where the trigger fired, not a node that was passed.
  if (nodeByKey(flow, current)?.type !== "start") state.executed = [...state.executed, current];
  record(draft, "completed", { output: action.output ?? null, port: action.port });
  const line = connectionFrom(flow, current, action.port);
  if (line) return follow(draft, line.key, line.targetKey);
  if (action.port === "timeout") {
    state.status = "timed_out";
    state.outcome = "no_reply";
    return null;
  }
  if (mayEndAt(flow, current, action.port)) {
    state.status = "completed";
    state.outcome = "done";
    return null;
  }
  return failNode(draft, `No line leaves ${current} at “${action.port}”.`);
}

function toCommand(draft: Draft, command: Extract<NodeAction, { do: "effect" }>["command"]): Command {
  const nodeKey = draft.state.current ?? "";
  return { ...command, nodeKey, visit: draft.state.visits[nodeKey] ?? 1 } as Command;
}

/** Works off actions until the host is needed, the run waits, or it ends. */
function settle(draft: Draft, first: NodeAction | null): Advance {
  const { state } = draft;
  for (let action = first; action !== null; ) {
    if (action.do === "leave") {
      action = leave(draft, action);
    } else if (action.do === "fail") {
      action = failNode(draft, action.error);
    } else if (action.do === "effect" || action.do === "wait") {
      state.status = action.do === "wait" ? "waiting" : "running";
      draft.command = toCommand(draft, action.command);
      record(
        draft,
        action.do === "wait" ? "waiting" : "running",
        action.input === undefined ? {} : { input: action.input },
      );
      action = null;
    } else {
      state.status = action.status;
      state.outcome = action.outcome;
      state.executed = [...state.executed, state.current ?? ""];
      record(draft, "completed", { output: { outcome: action.outcome } });
      draft.command = action.command ? toCommand(draft, action.command) : null;
      action = null;
    }
  }
  return { state, command: draft.command, steps: draft.steps, taken: draft.taken };
}

function begin(draft: Draft, variables: Variables): Advance {
  const start = draft.flow.nodes.find((node) => node.type === "start") ?? draft.flow.nodes[0];
  if (!start) return settle(draft, { do: "fail", error: "The flow has no nodes." });
  draft.state.variables = startingVariables(draft.flow.variables, variables);
  draft.unrecorded = draft.state.variables;
  enterNode(draft, start.key);
  const problem = checkDeclared(draft.flow.variables, draft.state.variables, true);
  return settle(draft, problem ? { do: "fail", error: problem } : enterAction(draft));
}

/** After a failed effect: tries again while retries are left and it can help, else the error path. */
function failedEffect(draft: Draft, event: Extract<RunEvent, { type: "effect_failed" }>): Advance {
  const { state, flow } = draft;
  if (event.retryable && state.tries < flow.settings.retries) {
    const tries = state.tries + 1;
    const visits = state.visits[state.current ?? ""] ?? 1;
    // A retry is a new visit: its effect key differs, so that the try before it stays on record.
    state.visits = { ...state.visits, [state.current ?? ""]: visits + 1 };
    record(
      { ...draft, state: { ...state, visits: { ...state.visits, [state.current ?? ""]: visits } } },
      "failed",
      {
        error: event.error,
      },
    );
    state.tries = tries;
    return settle(draft, enterAction(draft));
  }
  return settle(draft, { do: "fail", error: event.error });
}

/**
 * The flow engine: a pure function from a version, a run's state and what happened to the new state and the one thing
 * the host must do next. It runs through nodes that need nothing from outside, and stops at the first that does.
 * Events that do not fit the state (a reply to a run that does not wait) leave it unchanged, without a command.
 */
export function advance(flow: FlowSnapshot, before: RunState, event: RunEvent): Advance {
  // Its parts are replaced, never changed in place: a shallow copy leaves `before` as it was.
  const state: RunState = { ...before };
  const draft: Draft = { flow, state, steps: [], taken: [], command: null, unrecorded: {} };
  if (event.type === "start") return begin(draft, event.variables);
  if (event.type === "effect_failed") {
    return state.status === "running" ? failedEffect(draft, event) : settle(draft, null);
  }
  if (event.type === "effect_succeeded") {
    return state.status === "running"
      ? settle(draft, act(draft, { type: "output", output: event.output }))
      : settle(draft, null);
  }
  if (state.status !== "waiting") return settle(draft, null);
  state.status = "running";
  if (event.type === "timer") return settle(draft, act(draft, { type: "timer" }));
  state.stepsSinceTurn = 0;
  const answer: Answer = {
    type: "reply",
    text: event.text,
    ...(event.buttonId ? { buttonId: event.buttonId } : {}),
  };
  const action = act(draft, answer);
  if (action.do === "effect") state.tries += 1;
  return settle(draft, action);
}

/** The output of a waiting node's last step, as JSON. */
export type StepOutput = Json;
