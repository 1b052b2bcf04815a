"use client";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { valid } from "#components/trpc/form-problem.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import type { FieldValues } from "#components/ui/record-form.tsx";
import { templateCreate, templatePatch } from "#domain/inbox/template-input.ts";
import { TemplateRoom, variablesIn } from "./template-room.tsx";

interface Kept {
  id: string;
  defaultLanguage: string;
  variants: Record<string, string>;
  variables: ReadonlyArray<{ name: string; type: "string" | "number" | "date" | "money"; sample: string }>;
}

/** The form edits the default language's text; other languages stay, and what a text names is declared. */
function fromForm(values: FieldValues, before: Kept | undefined) {
  const { content, ...rest } = values;
  const language = String(rest.defaultLanguage ?? before?.defaultLanguage ?? "en");
  if (content === undefined && rest.defaultLanguage === undefined) return rest;
  const text = content === undefined ? (before?.variants[before.defaultLanguage] ?? "") : String(content);
  const variants = { ...before?.variants, [language]: text };
  const declared = before?.variables ?? [];
  const named = new Set(Object.values(variants).flatMap(variablesIn));
  const added = [...named].filter((name) => !declared.some((one) => one.name === name));
  const variables = [...declared, ...added.map((name) => ({ name, type: "string" as const, sample: "" }))];
  return { ...rest, variants, variables: variables.filter((one) => named.has(one.name)) };
}

/** Prepared texts, from the server. */
export function TemplatesPage() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { allows } = useWorkspace();
  const list = useInfiniteQuery(trpc.templates.list.infiniteQueryOptions({ limit: 50 }, paged));
  const create = useMutation(trpc.templates.create.mutationOptions());
  const update = useMutation(trpc.templates.update.mutationOptions());
  const archive = useMutation(trpc.templates.archive.mutationOptions());
  const before = (id: string) => list.data?.pages.flatMap((page) => page.data).find((row) => row.id === id);
  const done = () => queries.invalidateQueries({ queryKey: trpc.templates.pathKey() });
  const source = toSource(
    list,
    (row) => ({
      ...row,
      content: row.variants[row.defaultLanguage] ?? "",
      languages: Object.keys(row.variants),
      variables: row.variables.map((one) => one.name),
    }),
    allows("templates.edit")
      ? {
          create: (values) =>
            create.mutateAsync(valid(templateCreate, fromForm(values, undefined))).then(done),
          update: (id, values) =>
            update.mutateAsync({ id, ...valid(templatePatch, fromForm(values, before(id))) }).then(done),
          archive: (id) => archive.mutateAsync({ id }).then(done),
        }
      : {},
  );
  return <TemplateRoom source={source} />;
}
