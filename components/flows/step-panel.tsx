"use client";
import { Copy, Ellipsis, Trash2, X } from "lucide-react";
import { useState } from "react";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Menu } from "#components/ui/menu.tsx";
import { NodeTile, nodeMark } from "#components/ui/node-mark.tsx";
import { templateVariables } from "#domain/core/template-text.ts";
import type { FlowNode, FlowSnapshot } from "#domain/flows/flow-definition.ts";
import { parseNode } from "#domain/flows/nodes/registry.ts";
import type { FlowOperation } from "#domain/flows/operations/operation.ts";
import { BUILT_IN_VARIABLES } from "#domain/flows/validate-flow.ts";
import { ConditionForm, DelayForm } from "./decide-forms.tsx";
import { ApiCallForm, SetVariableForm } from "./do-forms.tsx";
import { modeOf } from "./edit-steps.ts";
import { EndForm, HandOffForm, TriggerForm } from "./end-forms.tsx";
import type { FlowOptions } from "./flow-options.ts";
import { MessageForm, QuestionForm, TemplateForm } from "./say-forms.tsx";
import type { Settings, StepFormProps } from "./step-form.ts";
import { AiForm } from "./think-forms.tsx";

const forms: Record<string, (props: StepFormProps) => React.ReactNode> = {
  message: MessageForm,
  question: QuestionForm,
  template: TemplateForm,
  ai: AiForm,
  api_call: ApiCallForm,
  set_variable: SetVariableForm,
  condition: ConditionForm,
  delay: DelayForm,
  hand_off: HandOffForm,
  end: EndForm,
};

/** Names that are set before a step is reached, built-in ones first. */
export function variablesBefore(flow: FlowSnapshot, key: string): string[] {
  const before = new Set<string>();
  const open = [key];
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const line of flow.connections)
      if (line.targetKey === at && !before.has(line.sourceKey)) {
        before.add(line.sourceKey);
        open.push(line.sourceKey);
      }
  const written = flow.nodes.flatMap((node) => {
    if (!before.has(node.key)) return [];
    const parsed = parseNode(node);
    return parsed.ok ? (parsed.kind.writes?.(parsed.settings) ?? []) : [];
  });
  return [...new Set([...BUILT_IN_VARIABLES, ...flow.variables.map((one) => one.name), ...written])];
}

/** The settings of the chosen step: a form by kind, and what data goes in and out. */
export function StepPanel(props: {
  flow: FlowSnapshot;
  node: FlowNode;
  options: FlowOptions;
  readOnly: boolean;
  apply: (operations: FlowOperation[], group?: string | null) => void;
  onDuplicate: () => void;
  onDelete: () => void;
  onClose: () => void;
}) {
  const { flow, node } = props;
  const [tab, setTab] = useState<"settings" | "data">("settings");
  const mode = modeOf(node);
  const Form = forms[node.type];
  const number = flow.nodes.findIndex((one) => one.key === node.key) + 1;
  const set = (changes: Settings, group: string) =>
    props.apply(
      [{ type: "set_node_settings", key: node.key, settings: { ...node.settings, ...changes } }],
      `${node.key}.${group}`,
    );
  const tabButton = (value: "settings" | "data", label: string) => (
    <button
      type="button"
      role="tab"
      aria-selected={tab === value}
      data-state={tab === value ? "active" : "inactive"}
      onClick={() => setTab(value)}
    >
      {label}
    </button>
  );
  return (
    <>
      <div className="top">
        <NodeTile type={node.type} mode={mode} size="m" />
        <div className="col w-full">
          <input
            aria-label="Name of the step"
            className="text-title w-full rounded-sm bg-transparent outline-offset-2"
            value={node.name}
            data-step-name=""
            maxLength={80}
            readOnly={props.readOnly}
            onChange={(event) =>
              event.target.value
                ? props.apply(
                    [{ type: "rename_node", key: node.key, name: event.target.value }],
                    `${node.key}.name`,
                  )
                : undefined
            }
          />
          <span className="text-small text-ink-3">
            {nodeMark(node.type, mode).name} · step {number} of {flow.nodes.length}
          </span>
        </div>
        <span className="row flex-none gap-0">
          {props.readOnly || node.type === "start" ? null : (
            <Menu
              trigger={<IconButton label="More" icon={<Ellipsis size={16} />} />}
              items={[
                { label: "Duplicate", icon: <Copy size={14} />, keys: "⌘D", onSelect: props.onDuplicate },
                {
                  label: "Remove",
                  icon: <Trash2 size={14} />,
                  keys: "⌫",
                  critical: true,
                  onSelect: props.onDelete,
                },
              ]}
            />
          )}
          <IconButton label="Close" keys="Esc" icon={<X size={16} />} onClick={props.onClose} />
        </span>
      </div>
      <div className="tabs" role="tablist" aria-label="Step">
        {tabButton("settings", "Settings")}
        {tabButton("data", "Data")}
      </div>
      <div className="body">
        {tab === "data" ? (
          <StepData flow={flow} node={node} />
        ) : (
          <fieldset disabled={props.readOnly} className="contents" key={node.key}>
            {node.type === "start" ? (
              <TriggerForm
                trigger={flow.trigger}
                options={props.options}
                onChange={(trigger) => props.apply([{ type: "set_trigger", trigger }])}
              />
            ) : Form ? (
              <Form
                settings={node.settings}
                set={set}
                options={props.options}
                variables={variablesBefore(flow, node.key)}
              />
            ) : (
              <p className="text-ink-3">This step has no settings.</p>
            )}
          </fieldset>
        )}
      </div>
    </>
  );
}

function StepData(props: { flow: FlowSnapshot; node: FlowNode }) {
  const parsed = parseNode(props.node);
  const reads = parsed.ok
    ? [
        ...new Set(
          (parsed.kind.templates?.(parsed.settings) ?? []).flatMap((text) => templateVariables(text)),
        ),
      ]
    : [];
  const writes = parsed.ok ? (parsed.kind.writes?.(parsed.settings) ?? []) : [];
  return (
    <>
      <Names title="Reads" names={reads} empty="It reads no variable." />
      <Names title="Sets" names={writes} empty="It sets no variable." />
      <Names
        title="Known before this step"
        names={variablesBefore(props.flow, props.node.key)}
        empty="Nothing is known yet."
      />
    </>
  );
}

function Names(props: { title: string; names: ReadonlyArray<string>; empty: string }) {
  return (
    <section>
      <h3 className="label mb-1.5">{props.title}</h3>
      {props.names.length === 0 ? <p className="text-ink-3">{props.empty}</p> : null}
      <div className="flex flex-wrap gap-1.5">
        {props.names.map((name) => (
          <span key={name} className="variable">
            {name}
          </span>
        ))}
      </div>
    </section>
  );
}
