"use client";
import type { ReactNode } from "react";
import { useRef } from "react";
import { Button } from "./button.tsx";
import { ErrorNotice } from "./error-notice.tsx";
import { Skeleton } from "./skeleton.tsx";

export interface Column<Row> {
  key: string;
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  number?: boolean;
  /** Hidden under 640 px, where a row shows what matters. */
  desk?: boolean;
}

/** A row opens on a click anywhere but on its own controls; a menu's lines bubble to it too. */
const onControl = (target: EventTarget) =>
  target instanceof Element && target.closest("button, a, input, [role=menu], [role=dialog]") !== null;

/** Rows under a quiet head: first column the name, numbers right, J/K and arrows walk, Enter opens. */
export function DataTable<Row>(props: {
  label: string;
  columns: ReadonlyArray<Column<Row>>;
  rows: ReadonlyArray<Row> | null;
  idOf: (row: Row) => string;
  onOpen?: ((row: Row) => void) | undefined;
  selectedId?: string | null;
  error?: string | null;
  onRetry?: (() => void) | undefined;
  empty: ReactNode;
  hasMore?: boolean;
  onMore?: () => void;
  /** On phones, a second line under the name: what the hidden columns tell. */
  meta?: ((row: Row) => ReactNode) | undefined;
  /** Totals below the rows, by column. */
  foot?: Readonly<Record<string, ReactNode>> | undefined;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const { rows, columns, onOpen } = props;
  if (props.error)
    return <ErrorNotice title="The list did not load." text={props.error} onRetry={props.onRetry} />;
  if (rows === null) return <Skeleton rows={8} />;
  if (rows.length === 0) return <>{props.empty}</>;
  const walk = (by: number) => {
    const buttons = [...(body.current?.querySelectorAll<HTMLElement>("[data-open-row]") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    buttons[Math.min(buttons.length - 1, Math.max(0, at + by))]?.focus();
  };
  return (
    <>
      <table className="tbl" aria-label={props.label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                className={`${column.number ? "r" : ""} ${column.desk ? "only-desk" : ""}`}
              >
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody
          ref={body}
          onKeyDown={(event) => {
            if (event.target instanceof HTMLElement && event.target.tagName === "INPUT") return;
            if (event.key === "j" || event.key === "ArrowDown") {
              event.preventDefault();
              walk(1);
            }
            if (event.key === "k" || event.key === "ArrowUp") {
              event.preventDefault();
              walk(-1);
            }
          }}
        >
          {rows.map((row) => {
            const id = props.idOf(row);
            return (
              <tr
                key={id}
                data-selected={id === props.selectedId ? "" : undefined}
                onClick={(event) => (onControl(event.target) ? undefined : onOpen?.(row))}
              >
                {columns.map((column, index) => (
                  <td
                    key={column.key}
                    className={`${column.number ? "r" : ""} ${column.desk ? "only-desk" : ""}`}
                  >
                    {index === 0 && onOpen ? (
                      <button
                        type="button"
                        data-open-row=""
                        className="font-strong rounded-xs max-w-full text-start"
                        onClick={() => onOpen(row)}
                      >
                        {column.cell(row)}
                      </button>
                    ) : (
                      column.cell(row)
                    )}
                    {index === 0 && props.meta ? (
                      <div className="row-meta only-phone">{props.meta(row)}</div>
                    ) : null}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
        {props.foot ? (
          <tfoot>
            <tr>
              {columns.map((column) => (
                <td
                  key={column.key}
                  className={`${column.number ? "r" : ""} ${column.desk ? "only-desk" : ""}`}
                >
                  {props.foot?.[column.key]}
                </td>
              ))}
            </tr>
          </tfoot>
        ) : null}
      </table>
      {props.hasMore ? (
        <Button variant="quiet" className="m-3" onClick={props.onMore}>
          More rows
        </Button>
      ) : null}
    </>
  );
}
