import { Check, Clock } from "lucide-react";
import { Chip } from "#components/ui/chip.tsx";

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
  return (
    <Chip tone="info" icon={<Clock size={12} aria-hidden="true" />}>
      {status === "open" ? "To pay" : status.replaceAll("_", " ")}
    </Chip>
  );
}
