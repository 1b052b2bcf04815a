"use client";
import { Reply } from "lucide-react";
import { useState } from "react";
import { Segmented } from "#components/ui/segmented.tsx";
import { renderTemplate } from "#domain/core/template-text.ts";
import type { Button, Variables } from "#domain/flows/run/state.ts";

type Look = "whatsapp" | "web" | "sms";
const limits: Record<Look, { text: number; plain: number; buttons: number; label: number }> = {
  whatsapp: { text: 1024, plain: 4096, buttons: 3, label: 20 },
  web: { text: 4096, plain: 4096, buttons: 10, label: 40 },
  sms: { text: 1600, plain: 1600, buttons: 0, label: 0 },
};

function filled(text: string, sample: Variables): string {
  try {
    return renderTemplate(text, sample);
  } catch {
    return text;
  }
}

/** How the message looks in the channel, with the values of a real run, and how near its limits it is. */
export function MessagePreview(props: { text: string; buttons: ReadonlyArray<Button>; sample: Variables }) {
  const [look, setLook] = useState<Look>("whatsapp");
  const limit = limits[look];
  const body = filled(props.text, props.sample);
  const buttons = props.buttons.map((button) => ({ ...button, title: filled(button.title, props.sample) }));
  const numbered =
    look === "sms" && buttons.length > 0
      ? `${body}\n\n${buttons.map((button, index) => `${index + 1} ${button.title}`).join("\n")}`
      : body;
  const most = buttons.length > 0 ? limit.text : limit.plain;
  const longest = Math.max(0, ...buttons.map((button) => button.title.length));
  return (
    <div>
      <div className="row">
        <span className="label">Preview</span>
        <Segmented<Look>
          className="end"
          label="Channel"
          value={look}
          onChange={setLook}
          options={[
            { value: "whatsapp", label: "WhatsApp" },
            { value: "web", label: "Web" },
            { value: "sms", label: "SMS" },
          ]}
        />
      </div>
      <div className="look mt-2">
        <div className="wa" data-plain={look === "whatsapp" ? undefined : ""}>
          <div className="wab">
            <p dir="auto">{numbered || " "}</p>
            {look === "sms"
              ? null
              : buttons.map((button) => (
                  <div key={button.id} className="b">
                    <Reply size={14} aria-hidden="true" />
                    {button.title}
                  </div>
                ))}
          </div>
        </div>
        <dl className="lim">
          <Limit label="Text" used={numbered.length} most={most} />
          <Limit label="Buttons" used={look === "sms" ? 0 : buttons.length} most={limit.buttons} />
          <Limit label="Label" used={look === "sms" ? 0 : longest} most={limit.label} />
        </dl>
      </div>
    </div>
  );
}

function Limit(props: { label: string; used: number; most: number }) {
  return (
    <div>
      <dt>{props.label}</dt>
      <dd data-over={props.used > props.most ? "" : undefined}>
        {props.used.toLocaleString("en-US")} / {props.most === 0 ? "–" : props.most.toLocaleString("en-US")}
      </dd>
    </div>
  );
}
