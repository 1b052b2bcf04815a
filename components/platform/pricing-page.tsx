"use client";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { unitWords } from "#components/billing/service-words.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { plainProblem, valid } from "#components/trpc/form-problem.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import type { FieldValues } from "#components/ui/record-form.tsx";
import { pricingRuleInput, pricingRulePatchInput } from "#domain/billing/pricing-rule.ts";
import { SERVICE_TYPES } from "#domain/billing/service-type.ts";
import { bookExtras, bookFromForm } from "./price-book-form.ts";
import { PricePreview } from "./price-preview.tsx";
import { PricingRuleRoom } from "./pricing-rule-room.tsx";
import { monthsBetween } from "./profit-view.ts";
import { useChoices } from "./use-choices.ts";
import { WhatIf, type WhatIfInput } from "./what-if.tsx";

/** The rule that the form describes: a tenant's before a plan's before everybody's. */
function ruleOf({ tenantId, planId, serviceType, model, markupPercent }: WhatIfInput) {
  const service = SERVICE_TYPES.find((one) => one === serviceType);
  const narrowed = {
    markupPercent,
    ...(service ? { serviceType: service } : {}),
    ...(model ? { model } : {}),
  };
  if (tenantId) return { ...narrowed, scope: "tenant" as const, tenantId };
  if (planId) return { ...narrowed, scope: "plan" as const, planId };
  return { ...narrowed, scope: "platform" as const };
}

/** A form's values as a rule: a markup or a fixed price, perhaps as one side of a trial. */
function ruleFromForm(values: FieldValues): object {
  const { book, rest } = bookFromForm(values);
  const { pricedBy, markupPercent, trialName, trialSide, trialPercent, ...rule } = rest;
  return {
    ...rule,
    ...(pricedBy === "fixed" ? { fixedPrice: book } : { markupPercent }),
    ...(trialName ? { trial: { name: trialName, side: trialSide, percent: trialPercent } } : {}),
  };
}

/** What tenants pay, from the server, with a way to try a price. */
export function PricingPage() {
  const trpc = useTRPC();
  const { tenants, plans, tenantName, planName } = useChoices();
  const list = useInfiniteQuery(trpc.pricingRules.list.infiniteQueryOptions({ limit: 50 }, paged));
  const create = useMutation(trpc.pricingRules.create.mutationOptions());
  const update = useMutation(trpc.pricingRules.update.mutationOptions());
  const end = useMutation(trpc.pricingRules.end.mutationOptions());
  const preview = useMutation(trpc.pricingPreview.preview.mutationOptions());
  const whatIf = useMutation(trpc.pricingPreview.whatIf.mutationOptions());
  const months = useQuery(trpc.profit.get.queryOptions({ limit: 1 })).data?.months;
  const askWhatIf = async (input: WhatIfInput) => {
    try {
      const answer = await whatIf.mutateAsync({ month: input.month, rule: ruleOf(input) });
      return {
        rows: answer.data.map((row) => ({ ...row, name: row.tenantName })),
        totals: answer.totals.map((row) => ({ ...row, name: "Together" })),
      };
    } catch (error) {
      return plainProblem(error);
    }
  };
  const source = toSource(
    list,
    (row) => ({
      ...row,
      scopeName: row.scope === "tenant" ? tenantName(row.tenantId) : planName(row.planId),
      fixedPrice: row.fixedPrice
        ? `${Object.values(row.fixedPrice.parts)[0] ?? ""} ${unitWords(row.fixedPrice.unit)}`
        : null,
      extras: row.fixedPrice ? bookExtras(row.fixedPrice) : [],
    }),
    {
      create: (values) => create.mutateAsync(valid(pricingRuleInput, ruleFromForm(values))),
      update: (id, values) => update.mutateAsync({ id, ...valid(pricingRulePatchInput, values) }),
      archive: (id) => end.mutateAsync({ id }),
    },
  );
  return (
    <PricingRuleRoom
      source={source}
      tenants={tenants}
      plans={plans}
      preview={
        <>
          <WhatIf
            months={months ? monthsBetween(months.first, months.last) : []}
            tenants={tenants}
            plans={plans}
            onAsk={askWhatIf}
          />
          <PricePreview
            tenants={tenants}
            onPreview={async ({ input, output, ...fact }) => {
              try {
                return await preview.mutateAsync({
                  ...fact,
                  serviceType: "token",
                  quantities: { input, output },
                });
              } catch (error) {
                return plainProblem(error);
              }
            }}
          />
        </>
      }
    />
  );
}
