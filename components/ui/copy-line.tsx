"use client";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { IconButton } from "./icon-button.tsx";

/** A value to take along, such as a webhook address. */
export function CopyLine(props: { label: string; value: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div className="col gap-1.5">
      <span className="label">{props.label}</span>
      <span className="field row bg-sunken !shadow-none">
        <span className="code clip" title={props.value}>
          {props.value}
        </span>
        <IconButton
          className="end"
          label={copied ? "Copied" : `Copy ${props.label.toLowerCase()}`}
          icon={copied ? <Check size={14} /> : <Copy size={14} />}
          onClick={() => {
            void navigator.clipboard.writeText(props.value).then(() => setCopied(true));
          }}
        />
      </span>
    </div>
  );
}
