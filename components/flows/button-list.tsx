"use client";
import { Plus, Reply, X } from "lucide-react";
import { IconButton } from "#components/ui/icon-button.tsx";
import type { Button } from "#domain/flows/run/state.ts";

/** Quick replies under a message: up to `most`, each at most 20 characters. */
export function ButtonList(props: {
  label: string;
  buttons: ReadonlyArray<Button>;
  most: number;
  onChange: (buttons: Button[]) => void;
}) {
  const { buttons } = props;
  const change = (index: number, title: string) =>
    props.onChange(buttons.map((button, at) => (at === index ? { ...button, title } : { ...button })));
  return (
    <div className="col gap-1.5">
      <div className="row">
        <span className="label">{props.label}</span>
        <span className="end text-small text-ink-3 num">
          {buttons.length} of {props.most}
        </span>
      </div>
      <div className="flex flex-wrap gap-1.5">
        {buttons.map((button, index) => (
          <span key={button.id} className="opt basis-[40%]">
            <Reply size={14} aria-hidden="true" className="text-ink-3 flex-none" />
            <input
              aria-label={`Label of button ${index + 1}`}
              value={button.title}
              maxLength={20}
              onChange={(event) => change(index, event.target.value)}
            />
            <IconButton
              label={`Remove ${button.title}`}
              icon={<X size={12} />}
              onClick={() =>
                props.onChange(buttons.filter((_one, at) => at !== index).map((one) => ({ ...one })))
              }
            />
          </span>
        ))}
        {buttons.length < props.most ? (
          <IconButton
            label="Add a button"
            size="md"
            raised
            icon={<Plus size={14} />}
            onClick={() =>
              props.onChange([
                ...buttons.map((one) => ({ ...one })),
                {
                  id: `option_${buttons.length + 1}_${buttons.map((one) => one.id).join("").length}`,
                  title: "New",
                },
              ])
            }
          />
        ) : null}
      </div>
    </div>
  );
}
