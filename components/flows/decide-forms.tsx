"use client";
import { Plus, X } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { SelectField, TextField } from "#components/ui/field.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { OPERATORS } from "#domain/flows/answers/evaluate-rule.ts";
import {
  numberOf,
  objectsOf,
  type SettingValue,
  type StepFormProps,
  shownValue,
  textOf,
  typedValue,
} from "./step-form.ts";

type Part = Record<string, SettingValue>;
const operators = OPERATORS.map((value) => ({ value, label: value.replaceAll("_", " ") }));
const without = new Set(["is_set", "is_empty", "is_true", "is_false"]);

function rulesOf(branch: Part): Part[] {
  return objectsOf(branch, "rules");
}

/** Branches with their rules, tried from the top; the first that holds is taken. */
export function ConditionForm(props: StepFormProps) {
  const branches = objectsOf(props.settings, "branches");
  const change = (next: Part[], group = "branches") => props.set({ branches: next }, group);
  const changeBranch = (index: number, next: Part) =>
    change(branches.map((one, at) => (at === index ? next : one)));
  return (
    <>
      {branches.map((branch, index) => (
        <Branch
          key={shownValue(branch.port)}
          branch={branch}
          only={branches.length === 1}
          variables={props.variables}
          onChange={(next) => changeBranch(index, next)}
          onRemove={() => change(branches.filter((_one, at) => at !== index))}
        />
      ))}
      <Button
        size="sm"
        variant="quiet"
        icon={<Plus size={14} />}
        onClick={() =>
          change([
            ...branches,
            {
              port: `branch_${branches.length + 1}`,
              label: `Branch ${branches.length + 1}`,
              match: "all",
              rules: [{ variable: "user_message", operator: "is_set", value: null }],
            },
          ])
        }
      >
        Add a branch
      </Button>
      <TextField
        label="Otherwise"
        value={textOf(props.settings, "elseLabel")}
        onChange={(event) => props.set({ elseLabel: event.target.value }, "elseLabel")}
      />
    </>
  );
}

function Branch(props: {
  branch: Part;
  only: boolean;
  variables: ReadonlyArray<string>;
  onChange: (next: Part) => void;
  onRemove: () => void;
}) {
  const { branch } = props;
  const rules = rulesOf(branch);
  const setRules = (next: Part[]) => props.onChange({ ...branch, rules: next });
  return (
    <fieldset className="border-line col gap-2 border-b pb-4">
      <div className="row items-end">
        <TextField
          label="Branch"
          value={shownValue(branch.label)}
          onChange={(event) => props.onChange({ ...branch, label: event.target.value })}
        />
        <SelectField
          label="Holds when"
          value={shownValue(branch.match)}
          options={[
            { value: "all", label: "all hold" },
            { value: "any", label: "any holds" },
          ]}
          onChange={(event) => props.onChange({ ...branch, match: event.target.value })}
        />
        <IconButton
          label="Remove the branch"
          icon={<X size={14} />}
          disabled={props.only}
          onClick={props.onRemove}
        />
      </div>
      {rules.map((rule, index) => {
        const set = (change: Part) =>
          setRules(rules.map((one, at) => (at === index ? { ...one, ...change } : one)));
        const operator = shownValue(rule.operator);
        return (
          <div key={`${shownValue(rule.variable)}:${operator}`} className="grid grid-cols-[1fr_1fr] gap-1.5">
            <TextField
              label="Variable"
              hideLabel
              className="code col-span-2"
              list="flow-variables"
              defaultValue={shownValue(rule.variable)}
              onBlur={(event) => set({ variable: event.target.value })}
            />
            <SelectField
              label="Compares"
              hideLabel
              value={operator}
              options={operators}
              onChange={(event) => set({ operator: event.target.value })}
            />
            {without.has(operator) ? (
              <span />
            ) : (
              <TextField
                label="Value"
                hideLabel
                defaultValue={shownValue(rule.value)}
                onBlur={(event) => set({ value: typedValue(event.target.value) })}
              />
            )}
          </div>
        );
      })}
      <datalist id="flow-variables">
        {props.variables.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Button
        size="sm"
        variant="quiet"
        icon={<Plus size={14} />}
        onClick={() => setRules([...rules, { variable: "user_message", operator: "contains", value: "" }])}
      >
        Add a rule
      </Button>
    </fieldset>
  );
}

const units = [
  { value: "1", label: "seconds" },
  { value: "60", label: "minutes" },
  { value: "3600", label: "hours" },
  { value: "86400", label: "days" },
];

/** How long the run waits. */
export function DelayForm(props: StepFormProps) {
  const seconds = numberOf(props.settings, "seconds", 3600);
  const unit = [86_400, 3600, 60, 1].find((one) => seconds % one === 0) ?? 1;
  const set = (count: number, by: number) =>
    props.set({ seconds: Math.min(2_592_000, Math.max(1, Math.round(count * by))) }, "seconds");
  return (
    <div className="row items-end">
      <TextField
        label="Waits"
        type="number"
        min={1}
        value={seconds / unit}
        onChange={(event) => set(Number(event.target.value), unit)}
      />
      <SelectField
        label="Unit"
        value={String(unit)}
        options={units}
        onChange={(event) => set(seconds / unit, Number(event.target.value))}
      />
    </div>
  );
}
