"use client";
import { ChevronRight, Play, Redo2, Undo2 } from "lucide-react";
import Link from "next/link";
import { Button } from "#components/ui/button.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import type { FlowHead } from "./flow-options.ts";
import { FlowTabs } from "./flow-tabs.tsx";
import type { FlowEditor } from "./use-flow-editor.ts";

/** The builder's bar: where you are, undo and redo, test, publish. */
export function EditorBar(props: {
  base: string;
  head: FlowHead;
  editor: FlowEditor;
  errors: number;
  onTest: (() => void) | null;
  onPublish: () => void;
}) {
  const { head, editor, errors } = props;
  const here = `${props.base}/${head.id}`;
  return (
    <header className="bar">
      <div className="crumb">
        <Link href={props.base} className="only-desk">
          Flows
        </Link>
        <ChevronRight size={12} aria-hidden="true" className="only-desk" />
        <h1 className="clip">{head.name}</h1>
      </div>
      <span className="only-desk ms-6 flex self-stretch">
        <FlowTabs here={here} />
      </span>
      <span className="end row gap-1.5">
        {head.canEdit ? (
          <>
            <IconButton
              label="Undo"
              keys="⌘Z"
              icon={<Undo2 size={16} />}
              disabled={!editor.canUndo}
              onClick={editor.undo}
            />
            <IconButton
              label="Redo"
              keys="⇧⌘Z"
              icon={<Redo2 size={16} />}
              disabled={!editor.canRedo}
              onClick={editor.redo}
            />
          </>
        ) : null}
        {props.onTest ? (
          <Button icon={<Play size={14} />} onClick={props.onTest}>
            Test
          </Button>
        ) : null}
        <Button
          variant="primary"
          disabledReason={head.canPublish ? undefined : "Publishing needs the right to publish flows."}
          onClick={props.onPublish}
        >
          Publish v{head.nextVersion}
          {errors > 0 ? <span className="chip critical">{errors} to fix</span> : null}
        </Button>
      </span>
    </header>
  );
}
