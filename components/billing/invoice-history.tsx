"use client";
import { useTimeFormat } from "#components/ui/time.tsx";

const words: Record<string, string> = {
  draft: "Draft",
  open: "Final",
  uncollectible: "Uncollectible",
  paid: "Paid",
  void: "Void",
};

/** The states that an invoice passed through with their times, and the next one that is known. */
export function InvoiceHistory(props: {
  history: ReadonlyArray<{ status: string; at: string }>;
  status: string;
  finalizesAt: string | null;
  dueAt: string | null;
}) {
  const { stamp } = useTimeFormat();
  const next =
    props.status === "draft" && props.finalizesAt
      ? { label: "Becomes final", at: props.finalizesAt }
      : props.status === "open" && props.dueAt
        ? { label: "Due", at: props.dueAt }
        : null;
  return (
    <section className="money-list" aria-label="History">
      <dl className="states text-small">
        {props.history.map((one) => (
          <div key={`${one.status} ${one.at}`} className="contents">
            <dt>{words[one.status] ?? one.status}</dt>
            <dd>
              <time dateTime={one.at}>{stamp(one.at)}</time>
            </dd>
          </div>
        ))}
        {next ? (
          <>
            <dt>{next.label}</dt>
            <dd>
              <time dateTime={next.at}>{stamp(next.at)}</time>
            </dd>
          </>
        ) : null}
      </dl>
    </section>
  );
}
