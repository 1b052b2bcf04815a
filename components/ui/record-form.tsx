"use client";
import { Fragment, useEffect, useRef, useState } from "react";
import { Button } from "./button.tsx";
import { SelectField, TextArea, TextField } from "./field.tsx";
import { Switch } from "./switch.tsx";

export type FieldValue = string | number | boolean | string[] | null;
export type FieldValues = Record<string, FieldValue>;

/** What a form was refused for: one sentence, and the fields it is about. */
export interface FormProblem {
  message: string;
  fields: ReadonlyArray<{ path: string; message: string }>;
}

/** One field of a form. `secret` shows only the last characters; left empty it stays as it is. */
export interface FieldSpec {
  name: string;
  label: string;
  kind?: "text" | "secret" | "number" | "amount" | "select" | "area" | "switch" | "list" | "lines" | "date";
  options?: ReadonlyArray<{ value: string; label: string }>;
  hint?: string;
  placeholder?: string;
  required?: boolean;
  code?: boolean;
  /** The heading above it and the fields after it. */
  group?: string;
  /** Lines that an area shows at first. */
  rows?: number;
  /** Shown only while this holds. */
  when?: (values: FieldValues) => boolean;
}

function toText(value: FieldValue | undefined, spec: FieldSpec): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join(spec.kind === "lines" ? "\n" : ", ");
  return String(value);
}

function fromText(text: string, spec: FieldSpec): FieldValue {
  if (spec.kind === "list" || spec.kind === "lines")
    return text
      .split(spec.kind === "lines" ? "\n" : ",")
      .map((part) => part.trim())
      .filter(Boolean);
  if (spec.kind === "number") return text === "" ? null : Number(text);
  return text === "" && !spec.required ? null : text;
}

function changed(spec: FieldSpec, now: FieldValue | undefined, before: FieldValue | undefined): boolean {
  if (spec.kind === "secret") return typeof now === "string" && now !== "";
  return JSON.stringify(now ?? null) !== JSON.stringify(before ?? null);
}

/** The sentence about one field: by its path (`owner.email`, `owner.email.0.part` are `ownerEmail`), else by an end. */
function problemAt(problem: FormProblem | null, name: string): string | undefined {
  const joined = (path: string) => path.replace(/\.(.)/g, (_all, letter: string) => letter.toUpperCase());
  const whole = (path: string) => joined(path.replace(/\.\d+(\..*)?$/, ""));
  const exact = problem?.fields.find(({ path }) => path === name || whole(path) === name);
  const near = problem?.fields.find(
    ({ path }) => /[.]/.test(path) && (path.split(".").at(-1) === name || path.split(".")[0] === name),
  );
  return (exact ?? near)?.message;
}

/** The fields that must be filled and are not, each said at its place. */
function missingIn(shown: ReadonlyArray<FieldSpec>, values: FieldValues): FormProblem | null {
  const empty = shown.filter((spec) => {
    const value = values[spec.name];
    return (
      spec.required &&
      spec.kind !== "switch" &&
      (Array.isArray(value) ? !value.length : !`${value ?? ""}`.trim())
    );
  });
  if (empty.length === 0) return null;
  return {
    message: `Still empty: ${empty.map((spec) => spec.label).join(", ")}.`,
    fields: empty.map((spec) => ({ path: spec.name, message: "This cannot be empty." })),
  };
}

/** What a secret field begins with is nothing: the masked tail it has is shown beneath, never sent back. */
function withoutSecrets(fields: ReadonlyArray<FieldSpec>, initial: FieldValues): FieldValues {
  const secret = new Set(fields.filter((spec) => spec.kind === "secret").map((spec) => spec.name));
  return Object.fromEntries(Object.entries(initial).filter(([name]) => !secret.has(name)));
}

/** A form of a record: only what changed is sent; what is refused stands at its field, else above the button. */
export function RecordForm(props: {
  fields: ReadonlyArray<FieldSpec>;
  initial: FieldValues;
  submitLabel: string;
  busyLabel?: string;
  /** Sends everything, not only changes: for new records. */
  whole?: boolean;
  readOnly?: boolean;
  onSubmit: (values: FieldValues) => Promise<FormProblem | null>;
}) {
  const [values, setValues] = useState<FieldValues>(() => withoutSecrets(props.fields, props.initial));
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);
  const [failure, setFailure] = useState<FormProblem | null>(null);
  const shown = props.fields.filter((spec) => !spec.when || spec.when(values));
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (failure) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [failure]);
  const send = async () => {
    const missing = missingIn(shown, values);
    if (missing) {
      setFailure(missing);
      return;
    }
    const picked = shown.filter((spec) =>
      props.whole
        ? !(spec.kind === "secret" && !values[spec.name]) && values[spec.name] !== undefined
        : changed(spec, values[spec.name], props.initial[spec.name]),
    );
    setBusy(true);
    const problem = await props.onSubmit(
      Object.fromEntries(picked.map((spec) => [spec.name, values[spec.name] ?? null])),
    );
    setBusy(false);
    setFailure(problem);
    setSaved(problem === null);
  };
  const placed = shown.some((spec) => problemAt(failure, spec.name));
  return (
    <form
      ref={form}
      noValidate
      className="col gap-4 p-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void send();
      }}
    >
      <fieldset disabled={props.readOnly} className="contents">
        {shown.map((spec, index) => (
          <Fragment key={spec.name}>
            {spec.group && spec.group !== shown[index - 1]?.group ? (
              <h3 className="text-title border-line mt-2 border-t pt-5">{spec.group}</h3>
            ) : null}
            <Field
              spec={spec}
              value={values[spec.name]}
              kept={spec.kind === "secret" ? toText(props.initial[spec.name], spec) : ""}
              error={problemAt(failure, spec.name)}
              onChange={(value) => {
                setSaved(false);
                setValues((old) => ({ ...old, [spec.name]: value }));
              }}
            />
          </Fragment>
        ))}
      </fieldset>
      {failure ? (
        <p className={placed ? "sr-only" : "field-error"} role="alert">
          {failure.message}
        </p>
      ) : null}
      {props.readOnly ? null : (
        <div className="row gap-3">
          <Button type="submit" variant="primary" busy={busy}>
            {busy ? (props.busyLabel ?? "Saving") : props.submitLabel}
          </Button>
          {saved ? (
            <span className="text-ink-3" role="status">
              Saved
            </span>
          ) : null}
        </div>
      )}
    </form>
  );
}

function Field(props: {
  spec: FieldSpec;
  value: FieldValue | undefined;
  /** The last characters of the secret that is kept. */
  kept: string;
  error: string | undefined;
  onChange: (value: FieldValue) => void;
}) {
  const { spec, value, error } = props;
  const common = { label: spec.label, hint: spec.hint, name: spec.name, error };
  if (spec.kind === "switch")
    return <Switch label={spec.label} hint={spec.hint} checked={value === true} onChange={props.onChange} />;
  if (spec.kind === "select")
    return (
      <SelectField
        {...common}
        options={spec.options ?? []}
        value={toText(value, spec)}
        required={spec.required ?? false}
        {...(spec.required && value
          ? {}
          : { placeholder: spec.placeholder ?? (spec.required ? "Choose" : "–") })}
        onChange={(event) => props.onChange(fromText(event.target.value, spec))}
      />
    );
  if (spec.kind === "area" || spec.kind === "lines")
    return (
      <TextArea
        {...common}
        rows={spec.rows ?? (spec.kind === "lines" ? 8 : 4)}
        placeholder={spec.placeholder}
        required={spec.required ?? false}
        className={spec.code ? "code" : ""}
        defaultValue={toText(value, spec)}
        onChange={(event) => props.onChange(fromText(event.target.value, spec))}
      />
    );
  return (
    <TextField
      {...common}
      type={
        spec.kind === "secret"
          ? "password"
          : spec.kind === "number"
            ? "number"
            : spec.kind === "date"
              ? "date"
              : "text"
      }
      inputMode={spec.kind === "amount" ? "decimal" : undefined}
      autoComplete={spec.kind === "secret" ? "new-password" : "off"}
      placeholder={props.kept || spec.placeholder}
      required={spec.required ?? false}
      className={spec.code ? "code" : ""}
      {...(spec.kind === "list" ? { defaultValue: toText(value, spec) } : { value: toText(value, spec) })}
      onChange={(event) => props.onChange(fromText(event.target.value, spec))}
    />
  );
}
