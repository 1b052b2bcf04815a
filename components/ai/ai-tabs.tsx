"use client";
import { LinkTabs } from "#components/ui/link-tabs.tsx";

/** The places under AI. */
export function AiTabs(props: { base: string }) {
  return (
    <LinkTabs
      label="AI"
      tabs={[
        { href: `${props.base}/ai/providers`, label: "Providers" },
        { href: `${props.base}/ai/intents`, label: "Intents" },
      ]}
    />
  );
}
