"use client";
import { CircleAlert } from "lucide-react";
import { ChannelIcon, channelName } from "#components/ui/channel-icon.tsx";
import { CopyLine } from "#components/ui/copy-line.tsx";
import { ProbeBox, type ProbeResult } from "#components/ui/probe-box.tsx";
import type { FieldSpec, FieldValues } from "#components/ui/record-form.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Age } from "#components/ui/time.tsx";

export interface ChannelRowView {
  id: string;
  type: string;
  name: string;
  status: string;
  health: string;
  lastError: string | null;
  lastErrorAt: string | null;
  settings: Record<string, string | null>;
  webhookUrl: string | null;
  lastInboundAt: string | null;
  messageCount: number;
}

interface Setting {
  name: string;
  label: string;
  secret?: boolean;
}

const settingsOf: Record<string, ReadonlyArray<Setting>> = {
  whatsapp: [
    { name: "phoneNumberId", label: "Phone number id" },
    { name: "wabaId", label: "Business account id" },
    { name: "accessToken", label: "Access token", secret: true },
    { name: "appSecret", label: "App secret", secret: true },
    { name: "verifyToken", label: "Verify token", secret: true },
  ],
  messenger: [
    { name: "pageId", label: "Page id" },
    { name: "pageAccessToken", label: "Page access token", secret: true },
    { name: "appSecret", label: "App secret", secret: true },
    { name: "verifyToken", label: "Verify token", secret: true },
  ],
  instagram: [
    { name: "accountId", label: "Account id" },
    { name: "accessToken", label: "Access token", secret: true },
    { name: "appSecret", label: "App secret", secret: true },
    { name: "verifyToken", label: "Verify token", secret: true },
  ],
  telegram: [
    { name: "botToken", label: "Bot token", secret: true },
    { name: "secretToken", label: "Secret token", secret: true },
  ],
  twilio: [
    { name: "accountSid", label: "Account SID" },
    { name: "authToken", label: "Auth token", secret: true },
    { name: "phoneNumber", label: "Phone number" },
  ],
  api: [],
};

function settingFields(type: string): FieldSpec[] {
  const own = settingsOf[type] ?? [];
  const base: Setting[] = type === "api" ? [] : [{ name: "apiBaseUrl", label: "Provider's address" }];
  return [...own, ...base].map((one) => ({
    name: one.name,
    label: one.label,
    kind: one.secret ? "secret" : "text",
    code: true,
    hint: one.secret ? "Kept encrypted. Left empty, it stays as it is." : "",
  }));
}

/** Moves a form's flat values into what the channel's procedures take. */
export function channelInput(values: FieldValues): FieldValues & { settings?: FieldValues } {
  const { name, type, ...settings } = values;
  return {
    ...(name === undefined ? {} : { name }),
    ...(type === undefined ? {} : { type }),
    ...(Object.keys(settings).length > 0 ? { settings } : {}),
  } as FieldValues & { settings?: FieldValues };
}

/** Why a channel broke, the address the provider writes to, and when a message last came. */
function ChannelState({ row }: { row: ChannelRowView }) {
  return (
    <>
      {row.status === "failed" && row.lastError ? (
        <div className="banner mx-5 mt-5" role="alert">
          <CircleAlert size={16} aria-hidden="true" />
          <div className="min-w-0 flex-1">
            <b>The provider refuses this channel.</b> {row.lastError}
            {row.lastErrorAt ? (
              <span className="text-ink-2">
                {" "}
                (<Age at={row.lastErrorAt} />)
              </span>
            ) : null}
          </div>
        </div>
      ) : null}
      {row.webhookUrl ? (
        <div className="px-5 pt-5">
          <CopyLine label="Webhook address" value={row.webhookUrl} />
          <p className="text-small text-ink-3 mt-1.5">
            {row.lastInboundAt ? (
              <>
                Last message: <Age at={row.lastInboundAt} />
              </>
            ) : (
              "Nothing has come in yet. Paste the address at the provider."
            )}
          </p>
        </div>
      ) : null}
    </>
  );
}

/** Connected addresses: their webhook, their health, a test. */
export function ChannelRoom(props: {
  source: RecordSource<ChannelRowView>;
  types: ReadonlyArray<string>;
  onTest: ((id: string) => Promise<ProbeResult>) | null;
}) {
  return (
    <RecordRoom
      title="Channels"
      noun="channel"
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      subtitleOf={(row) => channelName(row.type)}
      empty="Connect the number your customers write to."
      createInitial={{ type: props.types[0] ?? "whatsapp", name: "" }}
      createFields={[
        {
          name: "type",
          label: "Channel",
          kind: "select",
          required: true,
          options: props.types.map((value) => ({ value, label: channelName(value) })),
        },
        { name: "name", label: "Name", required: true },
        ...props.types.flatMap((type) =>
          settingFields(type).map((field) => ({
            ...field,
            when: (values: FieldValues) => values.type === type,
          })),
        ),
      ]}
      editFields={(row) => [{ name: "name", label: "Name", required: true }, ...settingFields(row.type)]}
      valuesOf={(row) => ({ name: row.name, ...row.settings })}
      above={(row) => <ChannelState row={row} />}
      below={(row) =>
        props.onTest ? (
          <ProbeBox
            label="Test the connection"
            busyLabel="Testing"
            run={() => props.onTest?.(row.id) ?? unasked}
          />
        ) : null
      }
      columns={[
        {
          key: "name",
          head: "Channel",
          cell: (row) => (
            <span className="row">
              <ChannelIcon type={row.type} />
              {row.name}
            </span>
          ),
        },
        { key: "type", head: "Type", desk: true, cell: (row) => channelName(row.type) },
        { key: "status", head: "Status", cell: (row) => <StatusChip status={row.status} /> },
        { key: "health", head: "Health", desk: true, cell: (row) => <StatusChip status={row.health} /> },
        {
          key: "messages",
          head: "Messages",
          number: true,
          desk: true,
          cell: (row) => row.messageCount.toLocaleString("en-US"),
        },
        {
          key: "last",
          head: "Last in",
          cell: (row) => (row.lastInboundAt ? <Age at={row.lastInboundAt} className="text-ink-3" /> : "–"),
        },
      ]}
    />
  );
}

const unasked = Promise.resolve<ProbeResult>({ ok: false, text: "There is nothing to test." });
