"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { valid } from "#components/trpc/form-problem.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import type { FieldValues } from "#components/ui/record-form.tsx";
import { intentCreate, intentPatch } from "#domain/ai/intent-input.ts";
import { AiTabs } from "./ai-tabs.tsx";
import { IntentRoom } from "./intent-room.tsx";

/** A threshold is typed as text and kept as a number; an empty description is an empty text. */
function fromForm(values: FieldValues) {
  const { threshold, description, ...rest } = values;
  return {
    ...rest,
    ...(threshold == null ? {} : { threshold: Number(String(threshold).replace(",", ".")) }),
    ...(description === undefined ? {} : { description: description ?? "" }),
  };
}

/** What customers may want, from the server, with a box that tries a sentence. */
export function IntentsPage() {
  const trpc = useTRPC();
  const { allows, base } = useWorkspace();
  const list = useInfiniteQuery(trpc.intents.list.infiniteQueryOptions({ limit: 50 }, paged));
  const create = useMutation(trpc.intents.create.mutationOptions());
  const update = useMutation(trpc.intents.update.mutationOptions());
  const archive = useMutation(trpc.intents.archive.mutationOptions());
  const classify = useMutation(trpc.intents.classify.mutationOptions());
  const source = toSource(
    list,
    (row) => ({ ...row, threshold: String(row.threshold) }),
    allows("intents.edit")
      ? {
          create: (values) => create.mutateAsync(valid(intentCreate, fromForm(values))),
          update: (id, values) => update.mutateAsync({ id, ...valid(intentPatch, fromForm(values)) }),
          archive: (id) => archive.mutateAsync({ id }),
        }
      : {},
  );
  const guess = async (text: string) => {
    try {
      const { intent, confidence, scores } = await classify.mutateAsync({ text });
      return {
        intent,
        confidence,
        others: scores.slice(0, 4).map((one) => ({ intent: one.name, confidence: one.confidence })),
      };
    } catch (error) {
      return errorText(error);
    }
  };
  return <IntentRoom source={source} tabs={<AiTabs base={base} />} onClassify={guess} />;
}
