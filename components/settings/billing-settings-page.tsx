"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { formProblem, valid } from "#components/trpc/form-problem.ts";
import type { FieldValues } from "#components/ui/record-form.tsx";
import { RoomState } from "#components/ui/room-state.tsx";
import { notify } from "#components/ui/toaster.tsx";
import { billingProfilePatch } from "#domain/billing/billing-profile.ts";
import { topUpInput } from "#domain/billing/payment.ts";
import { BillingRoom, type BillingSheet } from "./billing-room.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

/** Means of payment, the wallet and whom the bills go to, from the server. */
export function BillingSettingsPage() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { allows, base } = useWorkspace();
  const [sheet, setSheet] = useState<BillingSheet>(null);
  const methods = useQuery(trpc.paymentMethods.list.queryOptions({ limit: 100 }));
  const wallet = useQuery(trpc.wallet.get.queryOptions({}));
  const entries = useQuery(trpc.wallet.entries.queryOptions({ limit: 50 }));
  const profile = useQuery(trpc.billingProfile.get.queryOptions({}));
  const ways = useQuery(trpc.payments.gateways.queryOptions({}));
  const again = () => {
    for (const queryKey of [
      trpc.paymentMethods.pathKey(),
      trpc.wallet.pathKey(),
      trpc.billingProfile.pathKey(),
    ])
      void queries.invalidateQueries({ queryKey });
  };
  const told = (message: string) => ({
    onSuccess: () => notify(message),
    onError: (error: unknown) => notify(errorText(error)),
    onSettled: again,
  });
  const add = useMutation(
    trpc.paymentMethods.create.mutationOptions({
      onSuccess: (method) =>
        method.setupUrl ? window.location.assign(method.setupUrl) : notify("The method was added"),
      onError: (error) => notify(errorText(error)),
      onSettled: again,
    }),
  );
  const choose = useMutation(
    trpc.paymentMethods.setDefault.mutationOptions(told("Renewals are paid with it now")),
  );
  const remove = useMutation(trpc.paymentMethods.remove.mutationOptions(told("The method was removed")));
  const portal = useMutation(
    trpc.paymentMethods.portal.mutationOptions({
      onSuccess: ({ url }) => window.location.assign(url),
      onError: (error) => notify(errorText(error)),
    }),
  );
  const topUp = useMutation(trpc.wallet.topUp.mutationOptions());
  const save = useMutation(trpc.billingProfile.update.mutationOptions());
  const submit = async (kind: NonNullable<BillingSheet>, values: FieldValues) => {
    try {
      if (kind === "profile") await save.mutateAsync(valid(billingProfilePatch, values));
      else {
        const payment = await topUp.mutateAsync(valid(topUpInput, values));
        if (payment.checkoutUrl) window.location.assign(payment.checkoutUrl);
        else if (payment.status === "failed")
          return { message: payment.failureReason ?? "Refused.", fields: [] };
      }
    } catch (error) {
      return formProblem(error);
    } finally {
      again();
    }
    return null;
  };
  const failure = methods.error ?? wallet.error ?? entries.error ?? profile.error ?? ways.error;
  if (!methods.data || !wallet.data || !entries.data || !profile.data || !ways.data)
    return (
      <RoomState
        title="The means of payment did not load."
        error={failure ? errorText(failure) : null}
        onRetry={() => {
          for (const query of [methods, wallet, entries, profile, ways]) void query.refetch();
        }}
      />
    );
  const pays = allows("billing.pay");
  const keeps = ways.data.data.find((way) => way.keepsMethods);
  return (
    <BillingRoom
      tabs={<SettingsTabs base={base} />}
      methods={methods.data.data}
      wallet={wallet.data}
      entries={entries.data.data}
      profile={profile.data}
      canPay={ways.data.data.length > 0}
      sheet={sheet}
      onSheet={setSheet}
      onSubmit={submit}
      mayPay={pays}
      mayEdit={allows("billing.manage")}
      onAdd={pays && keeps ? () => add.mutate({ gatewayId: keeps.id }) : null}
      onPortal={pays && keeps?.hasPortal ? () => portal.mutate({ gatewayId: keeps.id }) : null}
      onDefault={(id) => choose.mutate({ id })}
      onRemove={(id) => remove.mutate({ id })}
    />
  );
}
