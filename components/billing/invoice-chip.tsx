import { Check, Clock } from "lucide-react";
import { Chip } from "#components/ui/chip.tsx";
import { sentence } from "./service-words.ts";

const words: Record<string, string> = {
  draft: "Draft",
  open: "To pay",
  paid: "Paid",
  overdue: "Overdue",
  void: "Void",
  uncollectible: "Written off",
};

/** An invoice's status as a word: "To pay". */
export function invoiceWords(status: string): string {
  return words[status] ?? sentence(status);
}

/** An invoice's status as colour, icon and word. */
export function invoiceChip(status: string) {
  if (status === "paid")
    return (
      <Chip tone="positive" icon={<Check size={12} aria-hidden="true" />}>
        Paid
      </Chip>
    );
  if (status === "void") return <Chip>Void</Chip>;
  if (status === "draft") return <Chip tone="outline">Draft</Chip>;
  if (status === "overdue") return <Chip tone="critical">Overdue</Chip>;
  if (status === "uncollectible") return <Chip tone="caution">{invoiceWords(status)}</Chip>;
  return (
    <Chip tone="info" icon={<Clock size={12} aria-hidden="true" />}>
      {invoiceWords(status)}
    </Chip>
  );
}
