"use client";
import { CircleAlert, TriangleAlert, X } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useState } from "react";
import { serviceWords } from "#components/billing/service-words.ts";
import { Amount } from "#components/ui/amount.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import type { NoticeView } from "./shell-view.ts";

const store = "aurora.notices.seen";

function seenBefore(): ReadonlySet<string> {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(store) ?? "[]") as string[]);
  } catch {
    return new Set();
  }
}

const isGrave = (notice: NoticeView) =>
  notice.kind === "suspended" ||
  notice.kind === "past_due" ||
  (notice.kind === "quota_full" && notice.stops) ||
  (notice.kind === "budget_mark" && Number(notice.mark) >= 80);

/** What a full quota stops: everything and AI tokens stop the bot, the others their own service. */
const resting = (type: string) =>
  type === "all" || type === "token" ? "the bot rests and people answer" : `${serviceWords(type)} stops`;

function words(notice: NoticeView, currency: string, day: (at: string) => string): ReactNode {
  switch (notice.kind) {
    case "suspended":
      return "This workspace is suspended: everything can be read, nothing is answered. Nothing is deleted.";
    case "past_due":
      return "An invoice is overdue. Pay it so that the service goes on.";
    case "quota_full":
      return notice.stops
        ? `“${notice.name}” is used up: ${resting(notice.type)}, until ${day(notice.resetsAt)} or until the limit is raised.`
        : `“${notice.name}” is used up until ${day(notice.resetsAt)}.`;
    case "budget_mark":
      return (
        <>
          “{notice.name}” has passed {notice.mark}%:{" "}
          <Amount value={notice.spent} currency={currency} symbol minor /> of{" "}
          <Amount value={notice.budget} currency={currency} symbol minor /> when it did.
        </>
      );
    case "trial_ends":
      return `The trial of ${notice.plan} ends on ${day(notice.at)}.`;
  }
}

/** Where a notice is settled, for who may go there. */
function wayOut(notice: NoticeView, base: string): { href: string; label: string } {
  if (notice.kind === "suspended" || notice.kind === "past_due")
    return { href: `${base}/billing/invoices`, label: "Open the invoices" };
  if (notice.kind === "trial_ends") return { href: `${base}/billing/plan`, label: "Choose a plan" };
  return { href: `${base}/billing`, label: "Open billing" };
}

/** What everybody should know now, above the room; what is not grave can be put away until the next visit. */
export function Notices(props: {
  notices: ReadonlyArray<NoticeView>;
  base: string;
  currency: string;
  seesBills: boolean;
}) {
  const time = useTimeFormat();
  const [away, setAway] = useState<ReadonlySet<string>>(seenBefore);
  const shown = props.notices.filter((notice) => !away.has(notice.id)).slice(0, 3);
  if (shown.length === 0) return null;
  const putAway = (id: string) => {
    const next = new Set([...away, id]);
    sessionStorage.setItem(store, JSON.stringify([...next]));
    setAway(next);
  };
  return (
    <div className="notices" role="status">
      {shown.map((notice) => {
        const grave = isGrave(notice);
        const way = wayOut(notice, props.base);
        return (
          <div key={notice.id} className="notice" data-tone={grave ? "critical" : "caution"}>
            {grave ? (
              <CircleAlert size={15} aria-hidden="true" />
            ) : (
              <TriangleAlert size={15} aria-hidden="true" />
            )}
            <p className="min-w-0 flex-1">
              {words(notice, props.currency, time.date)}{" "}
              {props.seesBills ? (
                <Link className="drill whitespace-nowrap" href={way.href}>
                  {way.label}
                </Link>
              ) : null}
            </p>
            {notice.kind === "budget_mark" || notice.kind === "trial_ends" ? (
              <IconButton label="Put away" icon={<X size={14} />} onClick={() => putAway(notice.id)} />
            ) : null}
          </div>
        );
      })}
    </div>
  );
}
