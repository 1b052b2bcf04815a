import type { ReactNode } from "react";

/** A room that is a list: bar with name, count and acts; tabs; the table below. */
export function ListPage(props: {
  title: ReactNode;
  count?: number | null;
  tabs?: ReactNode;
  tools?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="sheet col">
      <header className={props.tabs ? "bar two-line" : "bar"}>
        <h1 className="text-title whitespace-nowrap">{props.title}</h1>
        {props.count == null ? null : (
          <span className="text-ink-3 num">{props.count.toLocaleString("en-US")}</span>
        )}
        {props.tabs ? (
          <span className="bar-tabs flex sm:ms-4 self-stretch overflow-x-auto">{props.tabs}</span>
        ) : null}
        <span className="end row gap-1.5">{props.actions}</span>
      </header>
      {props.tools ? (
        <div className="row border-line flex-none flex-wrap border-b px-5 py-2">{props.tools}</div>
      ) : null}
      <section className="min-h-0 flex-1 overflow-auto px-2" aria-label="List" {...scrollable}>
        {props.children}
      </section>
    </div>
  );
}

/** A scrolling region must be reachable by keyboard. */
const scrollable = { tabIndex: 0 };
