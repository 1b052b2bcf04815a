"use client";
import { SelectField, TextField } from "#components/ui/field.tsx";
import { Switch } from "#components/ui/switch.tsx";
import type { FlowTrigger } from "#domain/flows/flow-definition.ts";
import type { FlowOptions } from "./flow-options.ts";
import { type StepFormProps, textOf } from "./step-form.ts";
import { TemplateField } from "./template-field.tsx";

/** Why a person is asked, and what the customer reads meanwhile. */
export function HandOffForm(props: StepFormProps) {
  return (
    <>
      <TemplateField
        label="Reason, for the team"
        value={textOf(props.settings, "reason")}
        variables={props.variables}
        onChange={(value) => props.set({ reason: value }, "reason")}
      />
      <TemplateField
        label="Message, for the customer"
        value={textOf(props.settings, "message")}
        variables={props.variables}
        onChange={(value) => props.set({ message: value }, "message")}
      />
    </>
  );
}

/** How the run is counted, and whether the conversation is resolved. */
export function EndForm(props: StepFormProps) {
  return (
    <>
      <TextField
        label="Outcome"
        value={textOf(props.settings, "outcome")}
        onChange={(event) => props.set({ outcome: event.target.value }, "outcome")}
      />
      <Switch
        label="Resolve the conversation"
        checked={props.settings.resolve !== false}
        onChange={(value) => props.set({ resolve: value }, "resolve")}
      />
    </>
  );
}

/** What starts the flow. */
export function TriggerForm(props: {
  trigger: FlowTrigger;
  options: FlowOptions;
  onChange: (trigger: FlowTrigger) => void;
}) {
  const { trigger, options } = props;
  const firstIntent = options.intents[0]?.name ?? "greeting";
  const change = (type: string) => {
    if (type === "intent") props.onChange({ type, intent: firstIntent });
    else if (type === "keyword") props.onChange({ type, keywords: ["hello"] });
    else if (type === "any_message") props.onChange({ type });
    else props.onChange({ type: "manual" });
  };
  return (
    <>
      <SelectField
        label="Starts with"
        value={trigger.type}
        options={[
          { value: "intent", label: "An intent" },
          { value: "keyword", label: "A keyword" },
          { value: "any_message", label: "Any message" },
          { value: "manual", label: "By hand or by the API" },
        ]}
        onChange={(event) => change(event.target.value)}
      />
      {trigger.type === "intent" ? (
        <SelectField
          label="Intent"
          value={trigger.intent}
          options={[...new Set([trigger.intent, ...options.intents.map((one) => one.name)])].map((name) => ({
            value: name,
            label: name,
          }))}
          onChange={(event) => props.onChange({ type: "intent", intent: event.target.value })}
        />
      ) : null}
      {trigger.type === "keyword" ? (
        <TextField
          label="Keywords, separated by commas"
          defaultValue={trigger.keywords.join(", ")}
          onBlur={(event) => {
            const keywords = event.target.value
              .split(",")
              .map((word) => word.trim())
              .filter(Boolean);
            if (keywords.length > 0) props.onChange({ type: "keyword", keywords });
          }}
        />
      ) : null}
    </>
  );
}
