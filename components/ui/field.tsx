"use client";
import { ChevronDown, CircleAlert } from "lucide-react";
import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from "react";
import { useId } from "react";

interface FieldShell {
  label: ReactNode;
  hint?: ReactNode;
  /** Stands at the end of the label's line, such as a counter. */
  aside?: ReactNode;
  error?: string | undefined;
  hideLabel?: boolean | undefined;
}

function Shell(props: FieldShell & { id: string; children: ReactNode }) {
  return (
    <div className="col gap-1.5">
      <div className={props.hideLabel ? "sr-only" : "row"}>
        <label className="label" htmlFor={props.id}>
          {props.label}
        </label>
        {props.aside ? <span className="end text-small text-ink-3 num">{props.aside}</span> : null}
      </div>
      {props.children}
      {props.error ? (
        <p className="field-error" id={`${props.id}-error`}>
          <CircleAlert size={13} aria-hidden="true" />
          {props.error}
        </p>
      ) : props.hint ? (
        <p className="text-small text-ink-3" id={`${props.id}-hint`}>
          {props.hint}
        </p>
      ) : null}
    </div>
  );
}

function describe(id: string, props: FieldShell) {
  if (props.error) return { "aria-invalid": true as const, "aria-describedby": `${id}-error` };
  return props.hint ? { "aria-describedby": `${id}-hint` } : {};
}

/** One line of text with its label, hint and error. */
export function TextField(props: FieldShell & InputHTMLAttributes<HTMLInputElement>) {
  const own = useId();
  const { label, hint, aside, error, hideLabel, className, id = own, ...rest } = props;
  const shell = { label, hint, aside, error, hideLabel };
  return (
    <Shell {...shell} id={id}>
      <input {...rest} {...describe(id, shell)} id={id} className={`field ${className ?? ""}`} />
    </Shell>
  );
}

/** Several lines of text with label, hint and error. */
export function TextArea(props: FieldShell & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const own = useId();
  const { label, hint, aside, error, hideLabel, className, id = own, ...rest } = props;
  const shell = { label, hint, aside, error, hideLabel };
  return (
    <Shell {...shell} id={id}>
      <textarea rows={3} {...rest} {...describe(id, shell)} id={id} className={`field ${className ?? ""}`} />
    </Shell>
  );
}

/** A choice out of a short list, by the platform's own select. */
export function SelectField(
  props: FieldShell &
    Omit<SelectHTMLAttributes<HTMLSelectElement>, "children"> & {
      options: ReadonlyArray<{ value: string; label: string }>;
      placeholder?: string;
    },
) {
  const own = useId();
  const { label, hint, aside, error, hideLabel, className, options, placeholder, id = own, ...rest } = props;
  const shell = { label, hint, aside, error, hideLabel };
  return (
    <Shell {...shell} id={id}>
      <span className="relative flex">
        <select {...rest} {...describe(id, shell)} id={id} className={`field ${className ?? ""}`}>
          {placeholder === undefined ? null : <option value="">{placeholder}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown
          size={14}
          aria-hidden="true"
          className="text-ink-3 pointer-events-none absolute end-2.5 top-1/2 -translate-y-1/2"
        />
      </span>
    </Shell>
  );
}
