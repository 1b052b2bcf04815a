"use client";
import { Braces } from "lucide-react";
import { Fragment, type ReactNode, useId, useRef } from "react";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Menu } from "#components/ui/menu.tsx";

/** Splits a template so that what is in {{ }} can be painted. */
function paint(text: string): ReactNode[] {
  return text.split(/(\{\{[^}]*\}\})/g).map((part, index) => {
    const key = `${index}:${part}`;
    return part.startsWith("{{") ? <mark key={key}>{part}</mark> : <Fragment key={key}>{part}</Fragment>;
  });
}

/** A text with variables: they are tinted while you write, and picked from those that are known. */
export function TemplateField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  variables: ReadonlyArray<string>;
  limit?: number;
  placeholder?: string;
}) {
  const id = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const insert = (name: string) => {
    const at = box.current?.selectionStart ?? props.value.length;
    const end = box.current?.selectionEnd ?? at;
    props.onChange(`${props.value.slice(0, at)}{{ ${name} }}${props.value.slice(end)}`);
  };
  const over = props.limit !== undefined && props.value.length > props.limit;
  return (
    <div className="col gap-1.5">
      <div className="row">
        <label className="label" htmlFor={id}>
          {props.label}
        </label>
        {props.limit === undefined ? null : (
          <span className={`end text-small num ${over ? "text-critical" : "text-ink-3"}`}>
            {props.value.length.toLocaleString("en-US")} of {props.limit.toLocaleString("en-US")}
          </span>
        )}
      </div>
      <div className="rich">
        <div className="layers">
          <div className="paint" aria-hidden="true">
            {paint(props.value)}{" "}
          </div>
          <textarea
            id={id}
            ref={box}
            value={props.value}
            placeholder={props.placeholder}
            onChange={(event) => props.onChange(event.target.value)}
          />
        </div>
        <div className="tools2">
          <Menu
            align="start"
            trigger={<IconButton label="Insert a variable" icon={<Braces size={14} />} />}
            items={
              props.variables.length === 0
                ? ["Nothing sets a variable before this step"]
                : [
                    "Variables",
                    ...props.variables.map((name) => ({ label: name, onSelect: () => insert(name) })),
                  ]
            }
          />
        </div>
      </div>
    </div>
  );
}
