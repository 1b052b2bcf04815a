"use client";
import { useEffect, useRef } from "react";
import { useShortcut } from "#components/shell/use-shortcut.ts";
import type { FlowSnapshot } from "#domain/flows/flow-definition.ts";
import { copySteps, pasteSteps } from "./copy-steps.ts";
import { removeSteps } from "./edit-steps.ts";
import type { FlowEditor } from "./use-flow-editor.ts";

function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

/** The neighbour of a step in a direction: up and down follow lines, sideways the nearest on the same height. */
function neighbour(flow: FlowSnapshot, key: string, arrow: string): string | null {
  const here = flow.nodes.find((node) => node.key === key);
  if (!here) return null;
  if (arrow === "ArrowDown")
    return flow.connections.find((line) => line.sourceKey === key)?.targetKey ?? null;
  if (arrow === "ArrowUp") return flow.connections.find((line) => line.targetKey === key)?.sourceKey ?? null;
  const right = arrow === "ArrowRight";
  const side = flow.nodes
    .filter((node) => node.key !== key && (right ? node.x > here.x + 40 : node.x < here.x - 40))
    .sort(
      (a, b) =>
        Math.abs(a.y - here.y) * 3 +
        Math.abs(a.x - here.x) -
        (Math.abs(b.y - here.y) * 3 + Math.abs(b.x - here.x)),
    );
  return side[0]?.key ?? null;
}

/** Keys of the canvas: undo, redo, copy, paste, duplicate, remove, walk, rename. Never while typing. */
export function useCanvasKeys(props: {
  editor: FlowEditor;
  selected: ReadonlySet<string>;
  select: (keys: ReadonlySet<string>) => void;
  focusStep: (key: string) => void;
  enabled: boolean;
}) {
  const { editor, selected, select, enabled } = props;
  const keys = [...selected];
  useShortcut("Mod+z", "Undo", editor.undo, "Canvas", enabled);
  useShortcut("Mod+Shift+z", "Redo", editor.redo, "Canvas", enabled);
  useShortcut("Escape", "Choose nothing", () => select(new Set()), "Canvas");
  useShortcut(
    "F2",
    "Rename the step",
    () => document.querySelector<HTMLInputElement>("[data-step-name]")?.select(),
    "Canvas",
    enabled,
  );
  const remove = () => {
    if (keys.length > 0) editor.apply(removeSteps(editor.flow, keys));
    select(new Set());
  };
  useShortcut("Delete", "Remove steps", remove, "Canvas", enabled);
  useShortcut("Backspace", "Remove steps", remove, "Canvas", enabled);
  const duplicate = () => {
    const text = copySteps(editor.flow, keys);
    const first = editor.flow.nodes.find((node) => node.key === keys[0]);
    const pasted = text && first ? pasteSteps(editor.flow, text, { x: first.x + 36, y: first.y + 36 }) : null;
    if (!pasted) return;
    editor.apply(pasted.operations);
    select(new Set(pasted.keys));
  };
  useShortcut("Mod+d", "Duplicate steps", duplicate, "Canvas", enabled);
  const now = useRef(props);
  now.current = props;
  useEffect(() => {
    const copy = (event: ClipboardEvent) => {
      if (inField(event.target) || !window.getSelection()?.isCollapsed) return;
      const text = copySteps(now.current.editor.flow, [...now.current.selected]);
      if (!text) return;
      event.preventDefault();
      event.clipboardData?.setData("text/plain", text);
    };
    const paste = (event: ClipboardEvent) => {
      const { editor: edit, selected: chosen } = now.current;
      if (inField(event.target) || !now.current.enabled) return;
      const anchor = edit.flow.nodes.find((node) => chosen.has(node.key)) ?? edit.flow.nodes.at(-1);
      const at = { x: (anchor?.x ?? 0) + 48, y: (anchor?.y ?? 0) + 48 };
      const pasted = pasteSteps(edit.flow, event.clipboardData?.getData("text/plain") ?? "", at);
      if (!pasted) return;
      event.preventDefault();
      edit.apply(pasted.operations);
      now.current.select(new Set(pasted.keys));
    };
    const walk = (event: KeyboardEvent) => {
      if (!event.key.startsWith("Arrow") || inField(event.target) || event.metaKey || event.ctrlKey) return;
      if (
        event.target instanceof HTMLElement &&
        event.target.closest("[role=tablist], [role=radiogroup], [role=group]")
      )
        return;
      const from = [...now.current.selected][0];
      const next = from ? neighbour(now.current.editor.flow, from, event.key) : null;
      if (!next) return;
      event.preventDefault();
      now.current.select(new Set([next]));
      now.current.focusStep(next);
    };
    document.addEventListener("copy", copy);
    document.addEventListener("paste", paste);
    window.addEventListener("keydown", walk);
    return () => {
      document.removeEventListener("copy", copy);
      document.removeEventListener("paste", paste);
      window.removeEventListener("keydown", walk);
    };
  }, []);
  return { remove, duplicate };
}
