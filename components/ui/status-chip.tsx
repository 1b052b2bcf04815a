import { Chip, type ChipTone } from "./chip.tsx";

const tones: Record<string, ChipTone> = {
  active: "positive",
  connected: "positive",
  healthy: "positive",
  published: "positive",
  completed: "positive",
  succeeded: "positive",
  approved: "positive",
  processed: "positive",
  open: "positive",
  sent: "positive",
  running: "machine",
  waiting: "machine",
  connecting: "machine",
  received: "info",
  pending: "caution",
  warning: "caution",
  suspended: "caution",
  handed_off: "caution",
  timed_out: "caution",
  escalated: "critical",
  failed: "critical",
  critical: "critical",
  rejected: "critical",
  revoked: "critical",
  error: "critical",
  draft: "outline",
};

/** A status word of the database, humanised, in its tone. */
export function StatusChip(props: { status: string }) {
  const word = props.status.replaceAll("_", " ");
  return (
    <Chip tone={tones[props.status] ?? "neutral"}>{word.slice(0, 1).toUpperCase() + word.slice(1)}</Chip>
  );
}
