"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { valid } from "#components/trpc/form-problem.ts";
import { probe } from "#components/trpc/probe.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import { ProbeBox } from "#components/ui/probe-box.tsx";
import type { FieldSpec, FieldValues } from "#components/ui/record-form.tsx";
import { connectorCreate, connectorPatch, PRESETS } from "#domain/connectors/connector-input.ts";
import { ConnectorRoom } from "./connector-room.tsx";
import { EndpointsPanel } from "./endpoints-panel.tsx";

const secret = (name: string, label: string): FieldSpec => ({
  name,
  label,
  kind: "secret",
  code: true,
  hint: "Kept encrypted. Left empty, it stays as it is.",
});

const ways = ["none", "api_key", "bearer", "basic", "hmac"];
const forWay = (way: string) => (values: FieldValues) => values.authentication === way;

/** The credentials that a system needs; a system of one's own first says how it is proven. */
function credentialFields(preset: string): FieldSpec[] {
  if (preset === "shopify")
    return [secret("accessToken", "Access token"), secret("webhookSecret", "Webhook secret")];
  if (preset === "woocommerce")
    return [
      secret("consumerKey", "Consumer key"),
      secret("consumerSecret", "Consumer secret"),
      secret("webhookSecret", "Webhook secret"),
    ];
  return [
    {
      name: "authentication",
      label: "Proves itself by",
      kind: "select",
      required: true,
      options: ways.map((value) => ({ value, label: value.replaceAll("_", " ") })),
    },
    { name: "headerName", label: "Header", code: true, placeholder: "x-api-key", when: forWay("api_key") },
    { ...secret("apiKey", "Key"), when: forWay("api_key") },
    { ...secret("token", "Token"), when: forWay("bearer") },
    { name: "username", label: "User", code: true, when: forWay("basic") },
    { ...secret("password", "Password"), when: forWay("basic") },
    { ...secret("secret", "Shared secret"), when: forWay("hmac") },
  ];
}

const own = new Set(["name", "preset", "baseUrl", "authentication", "timeoutSeconds", "retryCount"]);

function fromForm(values: FieldValues) {
  const credentials = Object.fromEntries(Object.entries(values).filter(([name]) => !own.has(name)));
  const rest = Object.fromEntries(Object.entries(values).filter(([name]) => own.has(name)));
  const preset = rest.preset;
  return {
    ...rest,
    ...(preset && preset !== "custom" ? { authentication: "preset" } : {}),
    ...(Object.keys(credentials).length > 0 ? { credentials } : {}),
  };
}

/** Outside systems that flows may call, from the server. */
export function ConnectorsPage() {
  const trpc = useTRPC();
  const { allows } = useWorkspace();
  const may = allows("connectors.manage");
  const list = useInfiniteQuery(trpc.connectors.list.infiniteQueryOptions({ limit: 50 }, paged));
  const create = useMutation(trpc.connectors.create.mutationOptions());
  const update = useMutation(trpc.connectors.update.mutationOptions());
  const archive = useMutation(trpc.connectors.archive.mutationOptions());
  const test = useMutation(trpc.connectors.test.mutationOptions());
  const source = toSource(
    list,
    (row) => row,
    may
      ? {
          create: (values) => create.mutateAsync(valid(connectorCreate, fromForm(values))),
          update: (id, values) => update.mutateAsync({ id, ...valid(connectorPatch, fromForm(values)) }),
          archive: (id) => archive.mutateAsync({ id }),
        }
      : {},
  );
  const runTest = probe(test, list.refetch);
  return (
    <ConnectorRoom
      source={source}
      presets={PRESETS}
      credentialFields={credentialFields}
      below={(row) => (
        <>
          {may ? (
            <ProbeBox label="Test the connection" busyLabel="Testing" run={() => runTest(row.id)} />
          ) : null}
          <EndpointsPanel connectorId={row.id} mayManage={may} mayCall={allows("connectors.call")} />
        </>
      )}
    />
  );
}
