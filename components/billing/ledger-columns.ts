import { errorText } from "#components/trpc/error-text.ts";
import { channelName } from "#components/ui/channel-icon.tsx";
import { duration } from "#components/ui/duration.ts";
import { dayLabel } from "#components/ui/time.tsx";
import type { LedgerColumnView } from "./ledger-view.ts";
import { quantityWords } from "./service-words.ts";
import type { Ledger, LedgerPlace } from "./use-ledger.ts";

interface Frame {
  invoiceId: string;
  number: string;
  place: LedgerPlace;
  hrefOf: (place: Partial<LedgerPlace>) => string;
  csvOf: (level: string, place: Partial<LedgerPlace>) => string;
  clock: (at: string) => string;
}

interface Total {
  amount: string;
  amountExact: string;
  equal: boolean;
}

const many = (count: number, one: string, more: string) =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : more}`;
const sealOf = (total: Total | undefined, of: string) =>
  total ? { ok: total.equal, text: total.equal ? `Equals ${of}` : `Differs from ${of}` } : null;
const failureOf = (query: { error: unknown; data: unknown }) =>
  query.error && !query.data ? errorText(query.error) : null;

/** Under a line's name: the plan, what the plan covers, or the exact value that was rounded. */
function lineMeta(line: { kind: string; coveredQuantity: number; amountExact: string }) {
  if (line.kind === "subscription") return { meta: "Plan" };
  const free = /^[0.]*$/.test(line.amountExact);
  if (free && line.coveredQuantity > 0)
    return { meta: `${line.coveredQuantity.toLocaleString("en-US")} in the plan` };
  return { meta: "", metaExact: line.amountExact };
}

/** Whether the plan covers all of it, so that nothing is left to pay. */
function isCovered(row: { coveredQuantity: number; amountExact: string }): boolean {
  return row.coveredQuantity > 0 && /^[0.]*$/.test(row.amountExact);
}

function linesColumn({ lines }: Ledger, at: Frame): LedgerColumnView {
  const { data, total } = lines.data ?? { data: null, total: undefined };
  return {
    key: "lines",
    href: at.hrefOf({}),
    over: "Lines of",
    title: at.number,
    rows:
      data?.map((line) => ({
        id: line.id,
        name: line.description,
        ...lineMeta(line),
        value: line.amount,
        href: line.kind === "subscription" ? null : at.hrefOf({ line: line.id }),
      })) ?? null,
    error: failureOf(lines),
    selectedId: at.place.line,
    totalLabel: "Subtotal",
    total: total?.amount ?? null,
    seal: total
      ? {
          ok: total.equal,
          text: total.equal
            ? `${many(data?.length ?? 0, "line", "lines")}, each rounded once`
            : "Differs from the subtotal",
        }
      : null,
    csvHref: at.csvOf("lines", {}),
  };
}

function daysColumn({ lines, days }: Ledger, at: Frame): LedgerColumnView {
  const { line } = at.place;
  const parent = lines.data?.data.find((one) => one.id === line);
  const rows = days.data?.pages.flatMap((page) => page.data) ?? null;
  const total = days.data?.pages[0]?.total;
  // For the width of a bar only.
  const most = Math.max(0, ...(rows ?? []).map((row) => Number(row.amountExact)));
  return {
    key: "days",
    href: at.hrefOf({ line }),
    over: "Days of",
    title: parent?.description ?? "the line",
    rows:
      rows?.toReversed().map((row) => ({
        id: row.day,
        name: dayLabel(row.day),
        meta: many(row.requests, "call", "calls"),
        value: row.amountExact,
        inPlan: isCovered(row),
        href: at.hrefOf({ line, day: row.day }),
        gauge: most > 0 ? (Number(row.amountExact) / most) * 100 : 0,
      })) ?? null,
    error: failureOf(days),
    selectedId: at.place.day,
    totalLabel: many(rows?.length ?? 0, "day", "days"),
    total: total?.amountExact ?? null,
    seal: sealOf(total, parent ? `the line, ${parent.amount}` : "the line"),
    csvHref: at.csvOf("days", { line }),
    ...(days.hasNextPage ? { more: () => void days.fetchNextPage() } : {}),
  };
}

function conversationsColumn({ conversations }: Ledger, at: Frame): LedgerColumnView {
  const { line, day } = at.place;
  const rows = conversations.data?.pages.flatMap((page) => page.data) ?? null;
  const total = conversations.data?.pages[0]?.total;
  return {
    key: "conversations",
    href: at.hrefOf({ line, day }),
    over: "Conversations of",
    title: dayLabel(day ?? "", "long"),
    rows:
      rows?.map((row) => {
        const id = row.conversationId ?? "none";
        const where =
          row.channelType && row.startedAt
            ? `${channelName(row.channelType)}, ${at.clock(row.startedAt)}`
            : "";
        return {
          id,
          name:
            row.customerName ?? (row.conversationId ? "A conversation put away" : "Without a conversation"),
          meta: where || many(row.requests, "call", "calls"),
          value: row.amountExact,
          inPlan: isCovered(row),
          href: at.hrefOf({ line, day, conversation: id }),
        };
      }) ?? null,
    error: failureOf(conversations),
    selectedId: at.place.conversation,
    totalLabel:
      many(rows?.length ?? 0, "conversation", "conversations") + (conversations.hasNextPage ? " shown" : ""),
    total: total?.amountExact ?? null,
    seal: sealOf(total, "the day"),
    csvHref: at.csvOf("conversations", { line, day }),
    ...(conversations.hasNextPage ? { more: () => void conversations.fetchNextPage() } : {}),
  };
}

function messagesColumn({ conversations, messages }: Ledger, at: Frame): LedgerColumnView {
  const { line, day, conversation } = at.place;
  const parent = conversations.data?.pages
    .flatMap((page) => page.data)
    .find((row) => (row.conversationId ?? "none") === conversation);
  const rows = messages.data?.pages.flatMap((page) => page.data) ?? null;
  const total = messages.data?.pages[0]?.total;
  const name = parent?.customerName?.split(" ")[0] ?? "Customer";
  return {
    key: "messages",
    href: at.hrefOf({ line, day, conversation }),
    over: "Messages of",
    title: parent?.customerName
      ? `${parent.customerName}${parent.channelType ? `, ${channelName(parent.channelType)}` : ""}`
      : "the conversation",
    rows:
      rows?.map((row) => {
        const id = row.messageId ?? "none";
        return {
          id,
          name: row.preview ?? (row.messageId ? "A message" : "Without a message"),
          meta: row.sentAt
            ? `${row.role === "customer" ? name : "Aurora"}, ${at.clock(row.sentAt)}`
            : many(row.requests, "call", "calls"),
          value: row.amountExact,
          inPlan: isCovered(row),
          href: at.hrefOf({ line, day, conversation, message: id }),
        };
      }) ?? null,
    error: failureOf(messages),
    selectedId: at.place.message,
    totalLabel: many(rows?.length ?? 0, "message", "messages"),
    total: total?.amountExact ?? null,
    seal: sealOf(total, "the conversation"),
    csvHref: at.csvOf("messages", { line, day, conversation }),
    ...(messages.hasNextPage ? { more: () => void messages.fetchNextPage() } : {}),
  };
}

function callsColumn({ messages, records }: Ledger, at: Frame): LedgerColumnView {
  const { line, day, conversation, message } = at.place;
  const parent = messages.data?.pages
    .flatMap((page) => page.data)
    .find((row) => (row.messageId ?? "none") === message);
  const rows = records.data?.pages.flatMap((page) => page.data) ?? null;
  const total = records.data?.pages[0]?.total;
  return {
    key: "calls",
    href: at.hrefOf({ line, day, conversation, message }),
    over: "Calls behind",
    title: parent?.preview ?? "the message",
    rows:
      rows?.map((row) => ({
        id: row.id,
        name: row.label ?? row.model,
        meta: [
          row.type === "token"
            ? `${row.inputQuantity.toLocaleString("en-US")} → ${row.outputQuantity.toLocaleString("en-US")} tokens`
            : quantityWords(row.type, row.totalQuantity),
          ...(row.durationMs === null ? [] : [duration(row.durationMs)]),
        ].join(", "),
        value: row.billablePrice,
        inPlan:
          (row.coveredQuantity > 0 && row.billableQuantity === 0) ||
          (row.creditedAmount !== "0" && row.billablePrice === "0"),
        unpriced: row.unpriced,
        href: at.hrefOf({ line, day, conversation, message, call: row.id }),
      })) ?? null,
    error: failureOf(records),
    selectedId: at.place.call,
    totalLabel: many(rows?.length ?? 0, "call", "calls") + (records.hasNextPage ? " shown" : ""),
    total: total?.amountExact ?? null,
    seal: sealOf(total, "the message"),
    csvHref: at.csvOf("records", { line, day, conversation, message }),
    ...(records.hasNextPage ? { more: () => void records.fetchNextPage() } : {}),
  };
}

/** The columns that are open, from the lines to the calls; each ends in its total and what that equals. */
export function ledgerColumns(ledger: Ledger, at: Frame): LedgerColumnView[] {
  const { line, day, conversation, message } = at.place;
  return [
    linesColumn(ledger, at),
    ...(line ? [daysColumn(ledger, at)] : []),
    ...(day ? [conversationsColumn(ledger, at)] : []),
    ...(conversation ? [messagesColumn(ledger, at)] : []),
    ...(message ? [callsColumn(ledger, at)] : []),
  ];
}
