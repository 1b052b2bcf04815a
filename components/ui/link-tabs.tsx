"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

/** Tabs that are places: each has its own address. */
export function LinkTabs(props: {
  label: string;
  tabs: ReadonlyArray<{ href: string; label: ReactNode; exact?: boolean }>;
}) {
  const path = usePathname();
  return (
    <nav className="tabs" aria-label={props.label}>
      {props.tabs.map((tab) => {
        const on = tab.exact ? path === tab.href : path === tab.href || path.startsWith(`${tab.href}/`);
        return (
          <Link key={tab.href} href={tab.href} aria-current={on ? "page" : undefined}>
            {tab.label}
          </Link>
        );
      })}
    </nav>
  );
}
