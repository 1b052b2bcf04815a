import type { FlowNode } from "#domain/flows/flow-definition.ts";
import { NODE_KINDS, NODE_TYPES } from "#domain/flows/nodes/registry.ts";
import type { StepChoice } from "./edit-steps.ts";

const familyNames: Record<string, string> = {
  say: "Say",
  ask: "Ask",
  think: "Think",
  do: "Do",
  decide: "Decide",
  people: "People",
  end: "End",
};

/** Kinds of the registry as choices; an AI step is offered once for each of its modes. */
function choices(): StepChoice[] {
  return NODE_TYPES.flatMap((type): StepChoice[] => {
    const kind = NODE_KINDS[type];
    if (type === "start") return [];
    const settings = kind.defaults as FlowNode["settings"];
    const base = { type, family: kind.family };
    if (type !== "ai") return [{ ...base, id: type, mode: null, label: kind.label, settings }];
    return [
      {
        ...base,
        id: "ai_generate",
        mode: "generate",
        label: "Generate",
        settings: { ...settings, mode: "generate" },
      },
      {
        ...base,
        id: "ai_extract",
        mode: "extract",
        label: "Extract",
        settings: { ...settings, mode: "extract" },
      },
      {
        ...base,
        id: "ai_classify",
        mode: "classify",
        label: "Classify",
        settings: {
          ...settings,
          mode: "classify",
          branches: [
            { port: "first", label: "First", description: "" },
            { port: "second", label: "Second", description: "" },
          ],
        },
      },
    ];
  });
}

export const stepChoices: ReadonlyArray<StepChoice> = choices();

/** The choices by family, in the families' order. */
export const stepFamilies: ReadonlyArray<{ name: string; choices: StepChoice[] }> = Object.entries(
  familyNames,
)
  .map(([family, name]) => ({ name, choices: stepChoices.filter((choice) => choice.family === family) }))
  .filter((group) => group.choices.length > 0);
