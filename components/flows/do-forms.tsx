"use client";
import { Plus, X } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { SelectField, TextField } from "#components/ui/field.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { objectsOf, recordOf, type StepFormProps, shownValue, textOf, typedValue } from "./step-form.ts";

/** Which endpoint is called, with what, and where the answer goes. */
export function ApiCallForm(props: StepFormProps) {
  const { settings, set, options } = props;
  const connectorId = textOf(settings, "connectorId");
  const connector = options.connectors.find((one) => one.id === connectorId);
  const endpoint = connector?.endpoints.find((one) => one.id === textOf(settings, "endpointId"));
  const inputs = recordOf(settings, "inputs");
  const outputs = recordOf(settings, "outputs");
  const names = [...new Set([...(endpoint?.inputs ?? []), ...Object.keys(inputs)])];
  return (
    <>
      <SelectField
        label="Connector"
        value={connectorId}
        placeholder="Choose a connector"
        options={options.connectors.map((one) => ({ value: one.id, label: one.name }))}
        onChange={(event) => set({ connectorId: event.target.value, endpointId: "" }, "connectorId")}
      />
      <SelectField
        label="Endpoint"
        value={textOf(settings, "endpointId")}
        placeholder="Choose an endpoint"
        options={(connector?.endpoints ?? []).map((one) => ({ value: one.id, label: one.name }))}
        onChange={(event) => set({ endpointId: event.target.value }, "endpointId")}
      />
      {names.map((name) => (
        <TextField
          key={name}
          label={name}
          className="code"
          defaultValue={shownValue(inputs[name])}
          onBlur={(event) =>
            set({ inputs: { ...inputs, [name]: typedValue(event.target.value) } }, `inputs.${name}`)
          }
        />
      ))}
      <TextField
        label="Answer kept in"
        hint="Empty: only the single values below are kept."
        className="code"
        value={textOf(settings, "outputVariable")}
        onChange={(event) => set({ outputVariable: event.target.value || null }, "outputVariable")}
      />
      {Object.entries(outputs).map(([name, from]) => (
        <div key={name} className="row text-small">
          <span className="variable">{name}</span>
          <span className="text-ink-3">from</span>
          <span className="code clip">{shownValue(from)}</span>
        </div>
      ))}
    </>
  );
}

/** Variables and their new values. */
export function SetVariableForm(props: StepFormProps) {
  const assignments = objectsOf(props.settings, "assignments");
  const change = (next: typeof assignments) => props.set({ assignments: next }, "assignments");
  return (
    <div className="col gap-2">
      {assignments.map((one, index) => (
        <div key={shownValue(one.variable)} className="row items-end">
          <TextField
            label="Variable"
            className="code"
            defaultValue={shownValue(one.variable)}
            onBlur={(event) =>
              change(
                assignments.map((old, at) => (at === index ? { ...old, variable: event.target.value } : old)),
              )
            }
          />
          <TextField
            label="Value"
            defaultValue={shownValue(one.value)}
            onBlur={(event) =>
              change(
                assignments.map((old, at) =>
                  at === index ? { ...old, value: typedValue(event.target.value) } : old,
                ),
              )
            }
          />
          <IconButton
            label="Remove"
            icon={<X size={14} />}
            disabled={assignments.length === 1}
            onClick={() => change(assignments.filter((_old, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        size="sm"
        variant="quiet"
        icon={<Plus size={14} />}
        onClick={() => change([...assignments, { variable: `value_${assignments.length + 1}`, value: "" }])}
      >
        Add a variable
      </Button>
    </div>
  );
}
