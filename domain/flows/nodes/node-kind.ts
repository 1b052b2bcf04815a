import type { z } from "zod";
import type { Button, Json, RunState, Variables } from "../run/state.ts";

/** The families that share a tint and an icon everywhere. */
export type NodeFamily = "start" | "say" | "ask" | "think" | "do" | "decide" | "people" | "end";

export type Port = {
  key: string;
  label: string;
  /** A required port without a line is a dead end and stops a publish; an optional one falls back to the error path. */
  required: boolean;
};

/** A distributive Omit, so that each command keeps its own fields. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type HostCommand = Without<import("../run/state.ts").Command, "nodeKey" | "visit">;

/** What entering a node, or an answer to what it asked for, leads to. */
export type NodeAction =
  | { do: "leave"; port: string; variables?: Variables; output?: Json }
  | { do: "effect"; command: HostCommand; input?: Json }
  | { do: "wait"; command: HostCommand; input?: Json }
  | { do: "finish"; status: "completed" | "handed_off"; outcome: string; command?: HostCommand }
  | { do: "fail"; error: string };

export type NodeContext = { variables: Variables; state: RunState };
export type Answer =
  | { type: "output"; output: Json }
  | { type: "reply"; text: string; buttonId?: string }
  | { type: "timer" };

/** Buttons and length that a node would send, for the editor's preview and the channel-limit check. */
export type Preview = { text: string; buttons: Button[] };

/** One kind of node: everything about it in one declaration. A kind missing from the registry does not compile. */
export type NodeKind<S = unknown> = {
  type: string;
  label: string;
  family: NodeFamily;
  /** Lucide icon name; one meaning for good. */
  icon: string;
  description: string;
  settings: z.ZodType<S>;
  defaults: S;
  ports: (settings: S) => Port[];
  /** One short line under the node's name on the canvas. */
  summary: (settings: S) => string;
  /** Texts in which variables are read, for the "undefined variable" check. */
  templates?: (settings: S) => string[];
  /** Variables the node fills. */
  writes?: (settings: S) => string[];
  preview?: (settings: S) => Preview;
  /** Kind-specific problems beyond the schema. */
  problems?: (settings: S) => string[];
  /** True where the run stops until the customer or time answers: it breaks a loop. */
  waits?: boolean;
  enter: (settings: S, context: NodeContext) => NodeAction;
  /** Called with the host's answer to an effect or a wait. */
  resume?: (settings: S, context: NodeContext, answer: Answer) => NodeAction;
};

export const NEXT: Port = { key: "next", label: "Continue", required: true };
/** After the last words of a flow nothing need follow: the run then ends well. */
export const NEXT_OR_END: Port = { key: "next", label: "Continue", required: false };
export const ERROR: Port = { key: "error", label: "Error", required: false };
