import type { FlowNode } from "#domain/flows/flow-definition.ts";
import type { FlowOptions } from "./flow-options.ts";

export type Settings = FlowNode["settings"];
export type SettingValue = Settings[string];

/** What a form of one step kind gets. */
export interface StepFormProps {
  settings: Settings;
  /** Changes some settings; `group` joins keystrokes of one field into one undo. */
  set: (changes: Settings, group: string) => void;
  options: FlowOptions;
  /** Variables that are set before this step. */
  variables: ReadonlyArray<string>;
}

/** A text setting, empty where it is none. */
export function textOf(settings: Settings, name: string): string {
  const value = settings[name];
  return typeof value === "string" ? value : "";
}

/** A number setting. */
export function numberOf(settings: Settings, name: string, other: number): number {
  const value = settings[name];
  return typeof value === "number" ? value : other;
}

/** A list setting as plain objects. */
export function objectsOf(settings: Settings, name: string): Array<Record<string, SettingValue>> {
  const value = settings[name];
  if (!Array.isArray(value)) return [];
  return value.filter(
    (part): part is Record<string, SettingValue> =>
      typeof part === "object" && part !== null && !Array.isArray(part),
  );
}

/** An object setting. */
export function recordOf(settings: Settings, name: string): Record<string, SettingValue> {
  const value = settings[name];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** Any value as the text of a field; what is not text shows as JSON. */
export function shownValue(value: SettingValue | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The value that a typed text means: numbers, true, false and JSON keep their type. */
export function typedValue(text: string): SettingValue {
  const clean = text.trim();
  if (clean === "true") return true;
  if (clean === "false") return false;
  if (/^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(clean)) return Number(clean);
  if (/^[[{"]/.test(clean) && !clean.startsWith("{{")) {
    try {
      return JSON.parse(clean) as SettingValue;
    } catch {
      return text;
    }
  }
  return text;
}
