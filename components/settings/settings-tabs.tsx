"use client";
import { useWorkspace } from "#components/shell/workspace.ts";
import { LinkTabs } from "#components/ui/link-tabs.tsx";

/** The places under Settings. */
export function SettingsTabs(props: { base: string }) {
  const { allows } = useWorkspace();
  return (
    <LinkTabs
      label="Settings"
      tabs={[
        { href: `${props.base}/settings/team`, label: "Team" },
        ...(allows("apikeys.view") ? [{ href: `${props.base}/settings/api-keys`, label: "API keys" }] : []),
        ...(allows("billing.view") ? [{ href: `${props.base}/settings/billing`, label: "Payment" }] : []),
        { href: `${props.base}/settings/sign-ins`, label: "My sign-ins" },
      ]}
    />
  );
}
