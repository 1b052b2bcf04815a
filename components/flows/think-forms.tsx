"use client";
import { Plus, X } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { SelectField, TextField } from "#components/ui/field.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { objectsOf, type StepFormProps, shownValue, textOf } from "./step-form.ts";
import { TemplateField } from "./template-field.tsx";

type Mode = "generate" | "extract" | "classify";

/** What the model is asked, by whom, and where its answer goes. */
export function AiForm(props: StepFormProps) {
  const { settings, set, options } = props;
  const mode = (textOf(settings, "mode") || "extract") as Mode;
  return (
    <>
      <Segmented<Mode>
        label="What the model does"
        value={mode}
        onChange={(value) => set({ mode: value }, "mode")}
        options={[
          { value: "generate", label: "Generate" },
          { value: "extract", label: "Extract" },
          { value: "classify", label: "Classify" },
        ]}
      />
      <TemplateField
        label="Prompt"
        value={textOf(settings, "prompt")}
        limit={8000}
        variables={props.variables}
        onChange={(value) => set({ prompt: value }, "prompt")}
      />
      <TemplateField
        label="Instructions"
        value={textOf(settings, "instructions")}
        variables={props.variables}
        onChange={(value) => set({ instructions: value }, "instructions")}
      />
      <TextField
        label="Answer kept in"
        className="code"
        value={textOf(settings, "outputVariable")}
        onChange={(event) => set({ outputVariable: event.target.value }, "outputVariable")}
      />
      {mode === "extract" ? <Fields {...props} /> : null}
      {mode === "classify" ? <Branches {...props} /> : null}
      <SelectField
        label="Provider"
        value={textOf(settings, "providerId")}
        placeholder="The workspace's default"
        options={options.providers.map((one) => ({ value: one.id, label: `${one.name}, ${one.model}` }))}
        onChange={(event) => set({ providerId: event.target.value || null }, "providerId")}
      />
      <TextField
        label="Model"
        hint="Empty: the provider's own."
        value={textOf(settings, "model")}
        onChange={(event) => set({ model: event.target.value || null }, "model")}
      />
    </>
  );
}

function Fields(props: StepFormProps) {
  const fields = objectsOf(props.settings, "fields");
  const change = (next: typeof fields) => props.set({ fields: next }, "fields");
  return (
    <div className="col gap-1.5">
      <span className="label">Fields to read</span>
      {fields.map((field, index) => (
        <div key={shownValue(field.name) || "new"} className="opt">
          <input
            aria-label={`Name of field ${index + 1}`}
            className="code"
            defaultValue={shownValue(field.name)}
            onBlur={(event) =>
              change(fields.map((one, at) => (at === index ? { ...one, name: event.target.value } : one)))
            }
          />
          <IconButton
            label="Remove"
            icon={<X size={12} />}
            onClick={() => change(fields.filter((_one, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        size="sm"
        variant="quiet"
        icon={<Plus size={14} />}
        onClick={() =>
          change([...fields, { name: `field_${fields.length + 1}`, type: "string", description: "" }])
        }
      >
        Add a field
      </Button>
    </div>
  );
}

function Branches(props: StepFormProps) {
  const branches = objectsOf(props.settings, "branches");
  const change = (next: typeof branches) => props.set({ branches: next }, "branches");
  return (
    <div className="col gap-1.5">
      <span className="label">Branches</span>
      {branches.map((branch, index) => (
        <div key={shownValue(branch.port)} className="opt">
          <input
            aria-label={`Branch ${index + 1}`}
            value={shownValue(branch.label)}
            onChange={(event) =>
              change(branches.map((one, at) => (at === index ? { ...one, label: event.target.value } : one)))
            }
          />
          <IconButton
            label="Remove"
            icon={<X size={12} />}
            onClick={() => change(branches.filter((_one, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        size="sm"
        variant="quiet"
        icon={<Plus size={14} />}
        onClick={() =>
          change([
            ...branches,
            {
              port: `branch_${Date.now().toString(36)}`,
              label: `Branch ${branches.length + 1}`,
              description: "",
            },
          ])
        }
      >
        Add a branch
      </Button>
    </div>
  );
}
