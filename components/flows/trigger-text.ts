import type { FlowTrigger } from "#domain/flows/flow-definition.ts";

/** What starts a flow, in words. */
export function triggerText(trigger: FlowTrigger): string {
  switch (trigger.type) {
    case "intent":
      return `Intent ${trigger.intent}`;
    case "keyword":
      return `Words ${trigger.keywords.join(", ")}`;
    case "any_message":
      return "Any message";
    case "manual":
      return "By hand";
  }
}
