"use client";
import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";
import { Button } from "./button.tsx";
import { type Column, DataTable } from "./data-table.tsx";
import { Empty } from "./empty.tsx";
import { ListPage } from "./list-page.tsx";
import { type FieldSpec, type FieldValues, type FormProblem, RecordForm } from "./record-form.tsx";
import { SearchField } from "./search-field.tsx";
import { SideSheet } from "./side-sheet.tsx";

/** Where a room's records come from and how they change. A deed answers null or what the person should read. */
export interface RecordSource<Row> {
  rows: ReadonlyArray<Row> | null;
  error: string | null;
  retry: () => void;
  hasMore?: boolean | undefined;
  more?: (() => void) | undefined;
  create?: ((values: FieldValues) => Promise<FormProblem | null>) | undefined;
  update?: ((id: string, values: FieldValues) => Promise<FormProblem | null>) | undefined;
  archive?: ((id: string) => Promise<FormProblem | null>) | undefined;
}

export interface RecordRoomProps<Row> {
  title: string;
  noun: string;
  source: RecordSource<Row>;
  columns: ReadonlyArray<Column<Row>>;
  idOf: (row: Row) => string;
  nameOf: (row: Row) => string;
  subtitleOf?: (row: Row) => ReactNode;
  createFields?: ReadonlyArray<FieldSpec>;
  createInitial?: FieldValues;
  editFields?: (row: Row) => ReadonlyArray<FieldSpec>;
  valuesOf?: (row: Row) => FieldValues;
  empty: string;
  tabs?: ReactNode;
  tools?: ReactNode;
  search?: { label: string; value: string; onChange: (value: string) => void };
  /** What else the opened record shows, above or below its form. */
  above?: (row: Row) => ReactNode;
  below?: (row: Row) => ReactNode;
  archiveLabel?: string;
  /** Which records may be put away; all unless told. */
  mayArchive?: (row: Row) => boolean;
  openId?: string | null;
  /** What the empty list says, where "No … yet" of the title would be wrong. */
  emptyTitle?: string;
  /** On phones, a second line under the name. */
  meta?: (row: Row) => ReactNode;
}

/** A list whose records open as a side sheet: look, change, create, archive. */
export function RecordRoom<Row>(props: RecordRoomProps<Row>) {
  const { source, noun } = props;
  const [openId, setOpenId] = useState<string | null>(props.openId ?? null);
  const [creating, setCreating] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const open = source.rows?.find((row) => props.idOf(row) === openId) ?? null;
  const fields = open ? (props.editFields?.(open) ?? []) : [];
  const { archive, create, update } = source;
  const add =
    create && props.createFields ? (
      <Button variant="primary" icon={<Plus size={14} />} onClick={() => setCreating(true)}>
        New {noun}
      </Button>
    ) : null;
  const close = () => {
    setOpenId(null);
    setFailure(null);
  };
  return (
    <>
      <ListPage
        title={props.title}
        count={source.hasMore ? null : (source.rows?.length ?? null)}
        tabs={props.tabs}
        actions={add}
        tools={
          props.search || props.tools ? (
            <>
              {props.search ? <SearchField {...props.search} /> : null}
              {props.tools}
            </>
          ) : undefined
        }
      >
        <DataTable
          label={props.title}
          rows={source.rows}
          error={source.error}
          onRetry={source.retry}
          columns={props.columns}
          idOf={props.idOf}
          selectedId={openId}
          onOpen={(row) => setOpenId(props.idOf(row))}
          hasMore={source.hasMore ?? false}
          onMore={() => source.more?.()}
          meta={props.meta}
          empty={
            <Empty
              title={props.emptyTitle ?? `No ${props.title.toLowerCase()} yet`}
              text={props.empty}
              action={add}
            />
          }
        />
      </ListPage>
      <SideSheet
        open={open !== null}
        onClose={close}
        title={open ? props.nameOf(open) : ""}
        subtitle={open ? props.subtitleOf?.(open) : null}
        actions={
          open && archive && (props.mayArchive?.(open) ?? true) ? (
            <Button
              size="sm"
              variant="danger"
              onClick={async () => {
                const problem = await archive(props.idOf(open));
                if (problem) setFailure(problem.message);
                else close();
              }}
            >
              {props.archiveLabel ?? "Archive"}
            </Button>
          ) : null
        }
      >
        {open ? (
          <div key={props.idOf(open)}>
            {failure ? (
              <p className="field-error px-5 pt-4" role="alert">
                {failure}
              </p>
            ) : null}
            {props.above?.(open)}
            {props.valuesOf && fields.length > 0 ? (
              <RecordForm
                fields={fields}
                initial={props.valuesOf(open)}
                submitLabel="Save"
                readOnly={!update}
                onSubmit={async (values) => (update ? update(props.idOf(open), values) : null)}
              />
            ) : null}
            {props.below?.(open)}
          </div>
        ) : null}
      </SideSheet>
      <SideSheet open={creating} onClose={() => setCreating(false)} title={`New ${noun}`}>
        {creating && create && props.createFields ? (
          <RecordForm
            fields={props.createFields}
            initial={props.createInitial ?? {}}
            submitLabel={`Create ${noun}`}
            busyLabel="Creating"
            whole
            onSubmit={async (values) => {
              const problem = await create(values);
              if (problem === null) setCreating(false);
              return problem;
            }}
          />
        ) : null}
      </SideSheet>
    </>
  );
}
