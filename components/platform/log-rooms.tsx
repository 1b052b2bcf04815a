"use client";
import { RotateCcw } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Age, useTimeFormat } from "#components/ui/time.tsx";

export interface MailRowView {
  id: string;
  to: string;
  subject: string;
  text: string;
  status: string;
  attachments: ReadonlyArray<{ fileName: string; bytes: number; sha256: string }>;
  createdAt: string;
}

/** Mail that was sent, or kept in the built-in mailbox. */
export function MailRoom(props: { source: RecordSource<MailRowView>; openId?: string | null }) {
  return (
    <RecordRoom
      title="Mail sent"
      openId={props.openId ?? null}
      noun="mail"
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.subject}
      subtitleOf={(row) => row.to}
      meta={(row) => row.to}
      empty="Alerts and invoices go out by mail; each is kept here."
      above={(row) => (
        <>
          <p className="text-read p-5 whitespace-pre-wrap">{row.text}</p>
          {row.attachments.map((file) => (
            <p key={file.fileName} className="text-small text-ink-3 px-5 pb-3 break-all">
              Attached: {file.fileName}, {file.bytes.toLocaleString("en-US")} bytes, SHA-256 {file.sha256}
            </p>
          ))}
        </>
      )}
      columns={[
        {
          key: "subject",
          head: "Subject",
          cell: (row) => <span className="desk-line">{row.subject}</span>,
        },
        { key: "to", head: "To", desk: true, cell: (row) => row.to },
        { key: "status", head: "Status", desk: true, cell: (row) => <StatusChip status={row.status} /> },
        { key: "at", head: "Sent", cell: (row) => <Age at={row.createdAt} className="text-ink-3" /> },
      ]}
    />
  );
}

export interface JournalRowView {
  id: string;
  provider: string;
  tenantName: string | null;
  channelName: string | null;
  status: string;
  deliveries: number;
  error: string | null;
  receivedAt: string;
  body: string | null;
}

/** Every genuine webhook as it came; what failed can be played again. */
export function JournalRoom(props: {
  source: RecordSource<JournalRowView>;
  onReplay: ((id: string) => void) | null;
}) {
  const time = useTimeFormat();
  return (
    <RecordRoom
      title="Webhook journal"
      noun="request"
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => `${row.provider}, ${row.channelName ?? "channel"}`}
      subtitleOf={(row) => time.full(row.receivedAt)}
      empty="Requests of providers are kept byte for byte, before anything else is done with them."
      above={(row) => (
        <div className="col gap-3 p-5">
          {row.error ? <p className="field-error">{row.error}</p> : null}
          {row.body ? (
            <pre className="code bg-sunken max-h-[60vh] overflow-auto rounded-md p-3 whitespace-pre-wrap">
              {row.body}
            </pre>
          ) : null}
          {props.onReplay ? (
            <Button
              className="self-start"
              icon={<RotateCcw size={14} />}
              onClick={() => props.onReplay?.(row.id)}
            >
              Play again
            </Button>
          ) : null}
        </div>
      )}
      columns={[
        { key: "provider", head: "From", cell: (row) => row.provider },
        { key: "tenant", head: "Tenant", cell: (row) => row.tenantName ?? "–" },
        { key: "channel", head: "Channel", desk: true, cell: (row) => row.channelName ?? "–" },
        { key: "status", head: "Status", cell: (row) => <StatusChip status={row.status} /> },
        { key: "times", head: "Delivered", number: true, desk: true, cell: (row) => `${row.deliveries} ×` },
        {
          key: "error",
          head: "Error",
          desk: true,
          cell: (row) => <span className="text-critical block max-w-[40ch] truncate">{row.error ?? ""}</span>,
        },
        { key: "at", head: "Received", cell: (row) => <Age at={row.receivedAt} className="text-ink-3" /> },
      ]}
    />
  );
}

export interface SystemEventRowView {
  id: string;
  kind: string;
  severity: string;
  message: string;
  count: number;
  at: string;
}

/** What the platform noticed by itself. */
export function SystemEventRoom(props: { source: RecordSource<SystemEventRowView> }) {
  return (
    <RecordRoom
      title="System events"
      archiveLabel="Dealt with"
      noun="event"
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.kind}
      subtitleOf={(row) => row.severity}
      empty="Refused signatures, unpriced models, differences: they appear here."
      above={(row) => <p className="text-read p-5 whitespace-pre-wrap">{row.message}</p>}
      columns={[
        { key: "kind", head: "Event", cell: (row) => <span className="code">{row.kind}</span> },
        {
          key: "message",
          head: "What happened",
          cell: (row) => <span className="block max-w-[70ch] truncate">{row.message}</span>,
        },
        { key: "severity", head: "Severity", cell: (row) => <StatusChip status={row.severity} /> },
        { key: "count", head: "Times", number: true, desk: true, cell: (row) => row.count },
        { key: "at", head: "When", cell: (row) => <Age at={row.at} className="text-ink-3" /> },
      ]}
    />
  );
}
