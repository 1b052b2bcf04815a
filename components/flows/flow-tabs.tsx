"use client";
import { LinkTabs } from "#components/ui/link-tabs.tsx";

/** The places of one flow. */
export function FlowTabs(props: { here: string }) {
  const { here } = props;
  return (
    <LinkTabs
      label="Flow"
      tabs={[
        { href: here, label: "Build", exact: true },
        { href: `${here}/runs`, label: "Runs" },
        { href: `${here}/versions`, label: "Versions" },
      ]}
    />
  );
}
