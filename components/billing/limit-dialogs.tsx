"use client";
import {
  type FieldSpec,
  type FieldValues,
  type FormProblem,
  RecordForm,
} from "#components/ui/record-form.tsx";
import { SideSheet } from "#components/ui/side-sheet.tsx";

const services: FieldSpec = {
  name: "type",
  label: "Counts",
  kind: "select",
  placeholder: "everything",
  options: [
    { value: "token", label: "AI tokens" },
    { value: "voice", label: "Voice" },
    { value: "sms", label: "SMS" },
    { value: "email", label: "E-mail" },
    { value: "api_call", label: "API calls" },
    { value: "message", label: "Messages" },
  ],
};
const period: FieldSpec = {
  name: "period",
  label: "In a",
  kind: "select",
  required: true,
  options: [
    { value: "daily", label: "day" },
    { value: "weekly", label: "week" },
    { value: "monthly", label: "month" },
  ],
};

const alertFields: ReadonlyArray<FieldSpec> = [
  { name: "name", label: "Name", required: true },
  { name: "budget", label: "Budget", kind: "amount", required: true },
  { name: "marks", label: "Tells at, percent", kind: "list", hint: "Each mark is told once a period." },
  { name: "emails", label: "Tells whom, by e-mail", kind: "list" },
  period,
  services,
];

const quotaFields: ReadonlyArray<FieldSpec> = [
  { name: "name", label: "Name", required: true },
  {
    name: "measure",
    label: "Measured in",
    kind: "select",
    required: true,
    options: [
      { value: "money", label: "money" },
      { value: "quantity", label: "quantity" },
    ],
  },
  { name: "limit", label: "Limit", kind: "amount", required: true },
  period,
  services,
  {
    name: "onExceed",
    label: "Then",
    kind: "select",
    required: true,
    options: [
      { value: "pause", label: "pause: customers get a message and a person" },
      { value: "notify", label: "tell the team, go on" },
      { value: "throttle", label: "slow down" },
      { value: "fallback_model", label: "use a cheaper model" },
    ],
  },
  {
    name: "fallbackModel",
    label: "Cheaper model",
    code: true,
    when: (values) => values.onExceed === "fallback_model",
  },
  {
    name: "pauseMessage",
    label: "What customers read",
    kind: "area",
    when: (values) => values.onExceed === "pause",
  },
];

/** A new budget with marks, or a new limit. */
export function LimitSheet(props: {
  kind: "alert" | "quota" | null;
  onClose: () => void;
  onCreate: (kind: "alert" | "quota", values: FieldValues) => Promise<FormProblem | null>;
}) {
  const { kind } = props;
  return (
    <SideSheet
      open={kind !== null}
      onClose={props.onClose}
      title={kind === "alert" ? "New alert" : "New limit"}
    >
      {kind ? (
        <RecordForm
          key={kind}
          whole
          fields={kind === "alert" ? alertFields : quotaFields}
          initial={
            kind === "alert"
              ? { period: "monthly", marks: ["50", "80", "90", "100"] }
              : { period: "monthly", measure: "money", onExceed: "notify" }
          }
          submitLabel={kind === "alert" ? "Create alert" : "Create limit"}
          busyLabel="Creating"
          onSubmit={async (values) => {
            const problem = await props.onCreate(kind, values);
            if (problem === null) props.onClose();
            return problem;
          }}
        />
      ) : null}
    </SideSheet>
  );
}
