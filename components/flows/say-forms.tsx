"use client";
import { SelectField, TextField } from "#components/ui/field.tsx";
import type { Button } from "#domain/flows/run/state.ts";
import { ButtonList } from "./button-list.tsx";
import { MessagePreview } from "./message-preview.tsx";
import { objectsOf, recordOf, type StepFormProps, shownValue, textOf } from "./step-form.ts";
import { TemplateField } from "./template-field.tsx";

function buttonsOf(props: StepFormProps, name: string): Button[] {
  return objectsOf(props.settings, name).map((one) => ({
    id: shownValue(one.id),
    title: shownValue(one.title),
  }));
}

/** What a message says, its buttons, and how it looks. */
export function MessageForm(props: StepFormProps) {
  const text = textOf(props.settings, "text");
  const buttons = buttonsOf(props, "buttons");
  return (
    <>
      <TemplateField
        label="Text"
        value={text}
        limit={buttons.length > 0 ? 1024 : 4096}
        variables={props.variables}
        onChange={(value) => props.set({ text: value }, "text")}
      />
      <ButtonList
        label="Buttons"
        most={3}
        buttons={buttons}
        onChange={(next) => props.set({ buttons: next }, "buttons")}
      />
      <MessagePreview text={text} buttons={buttons} sample={props.options.sample} />
    </>
  );
}

const answers = [
  { value: "yes_no", label: "Yes or no" },
  { value: "text", label: "Any text" },
  { value: "number", label: "A number" },
  { value: "email", label: "An e-mail address" },
  { value: "phone", label: "A phone number" },
  { value: "choice", label: "One of several" },
];
const waits = [
  { value: "", label: "Waits for ever" },
  { value: "1800", label: "30 minutes" },
  { value: "3600", label: "1 hour" },
  { value: "21600", label: "6 hours" },
  { value: "86400", label: "1 day" },
  { value: "259200", label: "3 days" },
];

/** A question: what it asks, what counts as an answer, how long it waits. */
export function QuestionForm(props: StepFormProps) {
  const { settings, set } = props;
  const text = textOf(settings, "text");
  const kind = textOf(settings, "answer") || "text";
  const choices = buttonsOf(props, "choices");
  const timeout = settings.timeoutSeconds;
  const seconds = typeof timeout === "number" ? String(timeout) : "";
  const known = waits.some((one) => one.value === seconds);
  return (
    <>
      <TemplateField
        label="Question"
        value={text}
        variables={props.variables}
        placeholder="Empty: the message before it asked"
        onChange={(value) => set({ text: value }, "text")}
      />
      <SelectField
        label="Answer"
        value={kind}
        options={answers}
        onChange={(event) => set({ answer: event.target.value }, "answer")}
      />
      {kind === "choice" ? (
        <ButtonList
          label="Choices"
          most={10}
          buttons={choices}
          onChange={(next) => set({ choices: next }, "choices")}
        />
      ) : null}
      <TextField
        label="Kept in"
        className="code"
        value={textOf(settings, "variable")}
        onChange={(event) => set({ variable: event.target.value }, "variable")}
      />
      <SelectField
        label="If nobody answers, after"
        value={seconds}
        options={known ? waits : [...waits, { value: seconds, label: `${seconds} s` }]}
        onChange={(event) =>
          set({ timeoutSeconds: event.target.value === "" ? null : Number(event.target.value) }, "timeout")
        }
      />
      <TemplateField
        label="If the answer is not understood"
        value={textOf(settings, "retryText")}
        variables={props.variables}
        onChange={(value) => set({ retryText: value }, "retryText")}
      />
      {text ? (
        <MessagePreview text={text} buttons={choices.slice(0, 3)} sample={props.options.sample} />
      ) : null}
    </>
  );
}

/** Which template is sent, with what in its variables. */
export function TemplateForm(props: StepFormProps) {
  const { settings, set, options } = props;
  const id = textOf(settings, "templateId");
  const template = options.templates.find((one) => one.id === id);
  const values = recordOf(settings, "variables");
  const names = [...new Set([...(template?.variables ?? []), ...Object.keys(values)])];
  let body = template?.content ?? "";
  for (const name of names)
    body = body.replaceAll(new RegExp(`\\{\\{\\s*${name}\\s*\\}\\}`, "g"), () => shownValue(values[name]));
  return (
    <>
      <SelectField
        label="Template"
        value={id}
        placeholder="Choose a template"
        options={options.templates.map((one) => ({ value: one.id, label: one.name }))}
        onChange={(event) => set({ templateId: event.target.value }, "templateId")}
      />
      {names.map((name) => (
        <TemplateField
          key={name}
          label={name}
          value={shownValue(values[name])}
          variables={props.variables}
          onChange={(value) => set({ variables: { ...values, [name]: value } }, `variables.${name}`)}
        />
      ))}
      {template ? <MessagePreview text={body} buttons={[]} sample={options.sample} /> : null}
    </>
  );
}
