"use client";
import { Play } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { TextField } from "#components/ui/field.tsx";
import { Glyph } from "#components/ui/glyph.tsx";

export interface TestTurnView {
  id: string;
  from: "customer" | "aurora" | "step";
  text: string;
}

/** Talks to the draft without a customer: effects are sandboxed, each step is named. */
export function TestDialog(props: {
  open: boolean;
  onClose: () => void;
  turns: ReadonlyArray<TestTurnView>;
  status: string | null;
  busy: boolean;
  failure: string | null;
  onSay: (text: string) => void;
  onRestart: () => void;
}) {
  const [text, setText] = useState("");
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      title="Test the draft"
      description="Nothing is sent and nothing is ordered. AI and API steps answer with their last real values."
      footer={
        <Button variant="quiet" onClick={props.onRestart}>
          Begin again
        </Button>
      }
    >
      <div className="col min-h-48 gap-2" aria-live="polite">
        {props.turns.map((turn) =>
          turn.from === "step" ? (
            <p key={turn.id} className="text-small text-ink-3 row gap-1.5">
              <Glyph size={12} />
              {turn.text}
            </p>
          ) : (
            <p
              key={turn.id}
              className={`max-w-[80%] rounded-lg px-3 py-1.5 text-read whitespace-pre-wrap ${
                turn.from === "customer" ? "bg-hover self-start" : "edge bg-surface shadow-flat self-end"
              }`}
            >
              {turn.text}
            </p>
          ),
        )}
        {props.failure ? <p className="field-error">{props.failure}</p> : null}
        {props.status ? <p className="text-small text-ink-3">{props.status}</p> : null}
      </div>
      <form
        className="row mt-4 items-end"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim()) props.onSay(text);
          setText("");
        }}
      >
        <div className="w-full">
          <TextField
            label="Say as the customer"
            hideLabel
            placeholder="Say as the customer"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <Button type="submit" variant="primary" busy={props.busy} icon={<Play size={14} />}>
          Say
        </Button>
      </form>
    </Dialog>
  );
}
