"use client";
import { SendHorizontal } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { useNow } from "#components/ui/time.tsx";

const windowMs = 24 * 60 * 60 * 1000;

function remaining(from: string | null, now: number): number | null {
  if (!from || now === 0) return null;
  return Math.max(0, Date.parse(from) + windowMs - now);
}

function hoursAndMinutes(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** Reply or note. Writing while Aurora answers takes over; ⌘Enter or Enter sends; the 24-hour window counts down. */
export function Composer(props: {
  machineAnswers: boolean;
  over: boolean;
  windowFrom: string | null;
  hasWindow: boolean;
  disabledReason: string | null;
  onSend: (text: string, note: boolean) => void;
  focusSignal: number;
}) {
  const [text, setText] = useState("");
  const [note, setNote] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const left = remaining(props.windowFrom, useNow());
  const closed = props.hasWindow && left === 0 && !note;
  const off =
    props.disabledReason ?? (closed ? "The 24 h window has closed. Only a template may be sent." : null);
  useEffect(() => {
    if (props.focusSignal > 0) box.current?.focus();
  }, [props.focusSignal]);
  const send = () => {
    const clean = text.trim();
    if (!clean || off) return;
    props.onSend(text, note);
    setText("");
  };
  return (
    <form
      className="write"
      data-note={note ? "" : undefined}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="mode">
        <button type="button" aria-pressed={!note} onClick={() => setNote(false)}>
          Reply
        </button>
        <button type="button" aria-pressed={note} onClick={() => setNote(true)}>
          Internal note
        </button>
        {props.hasWindow && left !== null ? (
          <span className={`end num ${left < 3_600_000 ? "text-caution" : ""}`}>
            24 h window · {left === 0 ? "closed" : `${hoursAndMinutes(left)} left`}
          </span>
        ) : null}
      </div>
      <textarea
        ref={box}
        rows={1}
        value={text}
        aria-label={note ? "Internal note" : "Reply"}
        placeholder={
          note
            ? "Only your team sees this"
            : props.over
              ? "Write to open it again…"
              : props.machineAnswers
                ? "Write to take over from Aurora…"
                : "Write a reply…"
        }
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            send();
          }
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <div className="tools">
        {off ? <span className="text-small text-ink-3 only-desk clip">{off}</span> : null}
        <span className="end row gap-1.5">
          <Button
            type="submit"
            size="sm"
            variant={text.trim() ? "primary" : "default"}
            disabled={!text.trim() || off !== null}
          >
            {note ? "Add note" : "Send"}
            <SendHorizontal size={12} aria-hidden="true" />
          </Button>
        </span>
      </div>
    </form>
  );
}
