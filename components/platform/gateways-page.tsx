"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client.tsx";
import { valid } from "#components/trpc/form-problem.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import type { FieldValues } from "#components/ui/record-form.tsx";
import { gatewayPatchInput } from "#domain/billing/payment.ts";
import { GatewayRoom } from "./gateway-room.tsx";

/** `credentials_secretKey` of the flat form becomes `credentials: { secretKey }`. */
function nested(values: FieldValues): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const [group = "", inner] = name.split("_");
    if (inner === undefined) made[name] = value;
    else if (value) made[group] = { ...(made[group] as Record<string, unknown> | undefined), [inner]: value };
  }
  return made;
}

/** The platform's payment gateways, from the server. */
export function GatewaysPage() {
  const trpc = useTRPC();
  const list = useInfiniteQuery(trpc.paymentGateways.list.infiniteQueryOptions({ limit: 50 }, paged));
  const update = useMutation(trpc.paymentGateways.update.mutationOptions());
  const source = toSource(list, (row) => row, {
    update: (id, values) => update.mutateAsync({ id, ...valid(gatewayPatchInput, nested(values)) }),
  });
  return <GatewayRoom source={source} />;
}
