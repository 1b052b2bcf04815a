"use client";
import { CircleCheck, UserRound } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { Glyph } from "#components/ui/glyph.tsx";
import type { ThreadView } from "./conversation-view.ts";

/** Who answers, and the one act that changes it. */
export function HandlerBar(props: {
  thread: ThreadView;
  mine: boolean;
  busy: boolean;
  canAssign: boolean;
  onTakeOver: () => void;
  onHandBack: () => void;
}) {
  const { thread } = props;
  if (["resolved", "closed", "archived"].includes(thread.status))
    return (
      <div className="handler">
        <CircleCheck size={15} aria-hidden="true" className="text-positive" />
        <span className="clip">
          <b className="text-ink">{thread.closedByPerson ? "Resolved by a person" : "Aurora solved this"}</b>
          <span className="only-desk"> · the customer's next message opens a new conversation</span>
        </span>
      </div>
    );
  if (thread.handler === "bot") {
    return (
      <div className="handler" data-machine="" data-working={thread.run?.working ? "" : undefined}>
        <Glyph size={16} />
        <span className="clip">
          <b className="text-ink">Aurora is answering</b>
          {thread.run ? (
            <span className="only-desk">
              {" "}
              · {thread.run.flowName} v{thread.run.version}
              {thread.run.stepName ? `, ${thread.run.stepName}` : ""}
            </span>
          ) : null}
        </span>
        {props.canAssign ? (
          <span className="end row flex-none gap-1">
            <Button variant="primary" size="sm" keys="T" busy={props.busy} onClick={props.onTakeOver}>
              Take over
            </Button>
          </span>
        ) : null}
      </div>
    );
  }
  return (
    <div className="handler">
      <UserRound size={15} aria-hidden="true" />
      <span className="clip">
        <b className="text-ink">
          {props.mine
            ? "You answer"
            : thread.assigneeName
              ? `${thread.assigneeName} answers`
              : "Waiting for a person"}
        </b>
      </span>
      <span className="end row flex-none gap-1" hidden={!props.canAssign}>
        {props.mine ? null : (
          <Button variant="primary" size="sm" keys="T" busy={props.busy} onClick={props.onTakeOver}>
            Take over
          </Button>
        )}
        <Button size="sm" keys="B" busy={props.busy} onClick={props.onHandBack}>
          Hand back to Aurora
        </Button>
      </span>
    </div>
  );
}
