"use client";
import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import type { FlowProblem } from "#domain/flows/validate-flow.ts";

/** Problems to look at before publishing, errors first; each leads to its step. Always in sight. */
export function PublishChecks(props: {
  problems: ReadonlyArray<FlowProblem>;
  onShow: (nodeKey: string) => void;
}) {
  const { problems } = props;
  const errors = problems.filter((problem) => problem.severity === "error").length;
  return (
    <section className="checks" aria-label="Before you publish">
      <div className="row">
        <h2 className="font-title">Before you publish</h2>
        <span className="end text-small text-ink-3 num">
          {errors > 0 ? `${errors} to fix` : problems.length > 0 ? `${problems.length} to look at` : ""}
        </span>
      </div>
      {problems.length === 0 ? (
        <p className="seal mt-1">
          <CircleCheck size={14} aria-hidden="true" />
          Every check passes
        </p>
      ) : (
        <ul className="mt-1">
          {problems.map((problem) => (
            <li key={`${problem.code}:${problem.nodeKey}:${problem.message}`}>
              {problem.severity === "error" ? (
                <CircleAlert size={14} className="text-critical" aria-label="Must be fixed" />
              ) : (
                <TriangleAlert size={14} className="text-caution" aria-label="Look at it" />
              )}
              <p className="leading-[18px]">{problem.message}</p>
              {problem.nodeKey ? (
                <Button
                  variant="quiet"
                  size="sm"
                  className="!text-accent"
                  onClick={() => problem.nodeKey && props.onShow(problem.nodeKey)}
                >
                  Show
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
