"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { changeWords, rateWords, serviceWords } from "#components/billing/service-words.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { useNow, useTimeFormat } from "#components/ui/time.tsx";

/** The change of a price or a markup that begins next, and how many tenants know of it. */
export function NextPriceChange() {
  const trpc = useTRPC();
  const time = useTimeFormat();
  const now = useNow();
  const changes = useQuery(trpc.pricingHistory.list.queryOptions({ limit: 50 })).data?.data ?? [];
  const ahead = changes.filter((change) => now > 0 && Date.parse(change.effectiveFrom) > now);
  const next = ahead.toSorted((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1))[0];
  return (
    <section aria-label="Next price change">
      <h2 className="text-title">Next price change</h2>
      {next ? (
        <>
          <p className="mt-1">
            {[next.provider, next.model].filter(Boolean).join(" ") ||
              (next.type ? serviceWords(next.type) : "Everything")}
            {next.oldMarkupPercent !== next.newMarkupPercent ? (
              <>
                {next.oldMarkupPercent ? (
                  <>: markup {next.oldMarkupPercent}% becomes </>
                ) : (
                  ": a markup begins, "
                )}
                <b>{next.newMarkupPercent === null ? "another rule" : `${next.newMarkupPercent}%`}</b>
              </>
            ) : null}
            {next.parts[0]?.percent && next.oldMarkupPercent === next.newMarkupPercent ? (
              <>
                {rateWords(next.parts[0].part)}: <b>{changeWords(next.parts[0].percent)}</b>
              </>
            ) : null}{" "}
            on {time.date(next.effectiveFrom)}.
          </p>
          <p className="text-small text-ink-3 mt-1">
            {next.tenantsNotified === 0
              ? "Nobody was told yet."
              : `${next.tenantsNotified.toLocaleString("en-US")} ${next.tenantsNotified === 1 ? "tenant" : "tenants"} told.`}{" "}
            <Link href="/platform/price-history" className="drill">
              All changes
            </Link>
          </p>
        </>
      ) : (
        <p className="text-ink-3 mt-1">No change is planned.</p>
      )}
    </section>
  );
}
