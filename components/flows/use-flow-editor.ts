"use client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { FlowSnapshot } from "#domain/flows/flow-definition.ts";
import { applyOperations } from "#domain/flows/operations/apply-operation.ts";
import type { FlowOperation } from "#domain/flows/operations/operation.ts";
import { operationsBetween } from "#domain/flows/operations/operations-between.ts";
import type { SaveState } from "./flow-options.ts";

export type SaveOutcome =
  | { ok: true; revision: number; snapshot?: FlowSnapshot }
  | { ok: false; conflict: boolean; message: string };

interface Step {
  before: FlowSnapshot;
  after: FlowSnapshot;
  /** Keystrokes in one field within a moment are one step of undo. */
  group: string | null;
  at: number;
}

const saveAfterMs = 900;
const groupMs = 1500;

/** The draft being edited: typed operations, our own undo and redo, autosave with its state. */
export function useFlowEditor(props: {
  initial: FlowSnapshot;
  revision: number;
  save: (operations: FlowOperation[], revision: number) => Promise<SaveOutcome>;
}) {
  const [flow, setFlow] = useState(props.initial);
  const [past, setPast] = useState<Step[]>([]);
  const [future, setFuture] = useState<Step[]>([]);
  const [saveState, setSaveState] = useState<SaveState>({ state: "saved", at: null });
  const stored = useRef(props.initial);
  const revision = useRef(props.revision);
  const busy = useRef(false);
  const latest = useRef(flow);
  latest.current = flow;

  const apply = useCallback((operations: FlowOperation[], group: string | null = null) => {
    if (operations.length === 0) return;
    const before = latest.current;
    const after = applyOperations(before, operations);
    latest.current = after;
    setFlow(after);
    setFuture([]);
    setPast((steps) => {
      const last = steps.at(-1);
      const now = Date.now();
      if (last && group && last.group === group && now - last.at < groupMs)
        return [...steps.slice(0, -1), { ...last, after, at: now }];
      return [...steps.slice(-199), { before, after, group, at: now }];
    });
  }, []);

  const undo = useCallback(() => {
    const last = past.at(-1);
    if (!last) return;
    setPast(past.slice(0, -1));
    setFuture([...future, last]);
    latest.current = last.before;
    setFlow(last.before);
  }, [past, future]);

  const redo = useCallback(() => {
    const next = future.at(-1);
    if (!next) return;
    setFuture(future.slice(0, -1));
    setPast([...past, next]);
    latest.current = next.after;
    setFlow(next.after);
  }, [past, future]);

  const { save } = props;
  const flush = useCallback(async () => {
    if (busy.current) return;
    const target = latest.current;
    const operations = operationsBetween(stored.current, target);
    if (operations.length === 0) return setSaveState({ state: "saved", at: Date.now() });
    busy.current = true;
    setSaveState({ state: "saving" });
    const outcome = await save(operations, revision.current);
    busy.current = false;
    if (!outcome.ok)
      return setSaveState({ state: outcome.conflict ? "conflict" : "failed", message: outcome.message });
    revision.current = outcome.revision;
    stored.current = outcome.snapshot ?? target;
    if (outcome.snapshot && latest.current === target) {
      latest.current = outcome.snapshot;
      setFlow(outcome.snapshot);
    }
    setSaveState(
      latest.current === target || outcome.snapshot
        ? { state: "saved", at: Date.now() }
        : { state: "unsaved" },
    );
  }, [save]);

  const dirty = useMemo(() => operationsBetween(stored.current, flow).length > 0, [flow]);
  useEffect(() => {
    // `flow` restarts the wait with every edit.
    if (flow !== latest.current) return;
    if (!dirty)
      return setSaveState((state) => (state.state === "unsaved" ? { state: "saved", at: null } : state));
    setSaveState((state) => (state.state === "saving" ? state : { state: "unsaved" }));
    const timer = setTimeout(() => void flush(), saveAfterMs);
    return () => clearTimeout(timer);
  }, [dirty, flow, flush]);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (operationsBetween(stored.current, latest.current).length > 0) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, []);

  return { flow, apply, undo, redo, canUndo: past.length > 0, canRedo: future.length > 0, saveState, flush };
}

export type FlowEditor = ReturnType<typeof useFlowEditor>;
