"use client";
import { LinkTabs } from "#components/ui/link-tabs.tsx";

/** The places under Settings. */
export function SettingsTabs(props: { base: string }) {
  return (
    <LinkTabs
      label="Settings"
      tabs={[
        { href: `${props.base}/settings/team`, label: "Team" },
        { href: `${props.base}/settings/api-keys`, label: "API keys" },
        { href: `${props.base}/settings/sign-ins`, label: "My sign-ins" },
      ]}
    />
  );
}
