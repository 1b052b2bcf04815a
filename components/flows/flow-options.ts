import type { Variables } from "#domain/flows/run/state.ts";

/** What a step can be pointed at: the workspace's intents, connectors, templates, providers. */
export interface FlowOptions {
  intents: ReadonlyArray<{ name: string }>;
  connectors: ReadonlyArray<{
    id: string;
    name: string;
    endpoints: ReadonlyArray<{ id: string; name: string; inputs: ReadonlyArray<string> }>;
  }>;
  templates: ReadonlyArray<{ id: string; name: string; content: string; variables: ReadonlyArray<string> }>;
  providers: ReadonlyArray<{ id: string; name: string; model: string }>;
  /** Values of a real run, for previews. */
  sample: Variables;
}

/** How often each line and step was taken, by key. */
export interface FlowTraffic {
  connections: Record<string, number>;
  waiting: Record<string, number>;
}

/** The flow as the editor opens it. */
export interface FlowHead {
  id: string;
  name: string;
  status: string;
  publishedVersion: number | null;
  /** What publishing the draft would make it. */
  nextVersion: number;
  publishedAt: string | null;
  runs: number;
  completedRuns: number;
  draftRevision: number;
  canEdit: boolean;
  canPublish: boolean;
}

export type SaveState =
  | { state: "saved"; at: number | null }
  | { state: "unsaved" }
  | { state: "saving" }
  | { state: "failed"; message: string }
  | { state: "conflict"; message: string };
