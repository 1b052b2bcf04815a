"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { RoomState } from "#components/ui/room-state.tsx";
import { notify } from "#components/ui/toaster.tsx";
import { PlanDialog } from "./plan-dialog.tsx";
import { PlanScreen } from "./plan-screen.tsx";
import {
  allowanceLabel,
  type HeldPlanView,
  limitLabel,
  type OfferedPlanView,
  type PlanChangeView,
} from "./plan-view.ts";

/** An answered subscription that has a plan. */
interface Answer {
  id: string | null;
  status: string;
  interval: string | null;
  price: string | null;
  currency: string | null;
  startedAt: string | null;
  endedAt: string | null;
  endReason: string | null;
  plan: { id: string; name: string } | null;
}

function toHeld(answer: Answer): HeldPlanView {
  return {
    id: answer.id ?? "",
    planId: answer.plan?.id ?? "",
    planName: answer.plan?.name ?? "",
    status: answer.status,
    price: answer.price ?? "0",
    currency: answer.currency ?? "USD",
    interval: answer.interval ?? "month",
    startedAt: answer.startedAt ?? "",
    endedAt: answer.endedAt,
    endReason: answer.endReason,
  };
}

/** The plan, from the server: what it includes and costs, the choice of another, its end. */
export function PlanPage() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { allows, base: home } = useWorkspace();
  const [change, setChange] = useState<PlanChangeView | null>(null);
  const held = useQuery(trpc.subscription.get.queryOptions({}));
  const offered = useQuery(trpc.subscription.plans.queryOptions({ limit: 100 }));
  const history = useQuery(trpc.subscription.history.queryOptions({ limit: 100 }));
  const again = () => {
    for (const queryKey of [trpc.subscription.pathKey(), trpc.shell.pathKey()])
      void queries.invalidateQueries({ queryKey });
  };
  const failed = (error: unknown) => notify(errorText(error));
  const preview = useMutation(trpc.subscription.preview.mutationOptions({ onError: failed }));
  const choose = useMutation(trpc.subscription.change.mutationOptions({ onSuccess: again }));
  const cancel = useMutation(trpc.subscription.cancel.mutationOptions({ onSuccess: again, onError: failed }));
  const resume = useMutation(trpc.subscription.resume.mutationOptions({ onSuccess: again, onError: failed }));
  const failure = held.error ?? offered.error ?? history.error;
  if (!held.data || !offered.data || !history.data)
    return (
      <RoomState
        title="The plan did not load."
        error={failure ? errorText(failure) : null}
        onRetry={() => {
          for (const query of [held, offered, history]) void query.refetch();
        }}
      />
    );
  const { data } = held;
  const nameOf = (id: string | null) =>
    [...offered.data.data, ...history.data.data.map((one) => one.plan)].find((one) => one.id === id)?.name ??
    null;
  const ask = async (plan: OfferedPlanView) => {
    const answer = await preview.mutateAsync({ planId: plan.id });
    const parts = answer.parts.map((part) => ({ ...part, planName: nameOf(part.planId) ?? plan.name }));
    setChange({ plan, parts, givenBack: answer.givenBack });
  };
  const confirm = async (at: "now" | "period_end") => {
    if (!change) return;
    await choose.mutateAsync({ planId: change.plan.id, at });
    setChange(null);
  };
  const manages = allows("billing.manage");
  return (
    <>
      <PlanScreen
        base={`${home}/billing`}
        plan={
          data.plan && data.endedAt === null
            ? {
                ...toHeld(data),
                autoRenew: data.autoRenew,
                cancelAtPeriodEnd: data.cancelAtPeriodEnd,
                pendingPlanName: nameOf(data.pendingPlanId),
                trialEndsAt: data.trialEndsAt,
                periodEnd: data.currentPeriodEnd,
                allowances: Object.entries(data.included).map(([kind, included]) => ({
                  kind,
                  label: allowanceLabel(kind),
                  included,
                  used: data.used[kind] ?? 0,
                  left: data.left[kind] ?? 0,
                })),
                credit: data.credit,
                limits: data.limits.map((one) => ({ ...one, label: limitLabel(one.kind) })),
              }
            : null
        }
        offered={offered.data.data}
        history={history.data.data.map(toHeld)}
        onChoose={manages ? (plan) => void ask(plan) : null}
        onCancel={manages ? () => cancel.mutate({ at: "period_end" }) : null}
        onResume={manages ? () => resume.mutate({}) : null}
      />
      <PlanDialog
        change={change}
        error={choose.error ? errorText(choose.error) : null}
        busy={choose.isPending}
        onClose={() => setChange(null)}
        onConfirm={(at) => void confirm(at)}
      />
    </>
  );
}
