"use client";
import { Check, Ellipsis, RotateCcw } from "lucide-react";
import { useContext } from "react";
import { Button } from "#components/ui/button.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Menu, type MenuItem } from "#components/ui/menu.tsx";
import { TimeContext } from "#components/ui/time.tsx";
import { snoozeChoices } from "./snooze-choices.ts";

const over = ["resolved", "closed", "archived"];

/** What can be done with a conversation's status: the usual act as a button, the others in a menu. */
export function StatusActs(props: {
  status: string;
  setStatus: (status: string, snoozedUntil?: string) => void;
}) {
  const { status, setStatus } = props;
  const { timeZone, offsetMs } = useContext(TimeContext);
  const resolved = over.includes(status);
  const open: MenuItem = { label: "Open again", onSelect: () => setStatus("open") };
  // The choice is computed when it is made: the menu may have been open for a while.
  const snooze = (at: number) => () =>
    setStatus("snoozed", snoozeChoices(timeZone, Date.now() + offsetMs)[at]?.until);
  const snoozes = snoozeChoices(timeZone, 0).map(({ label }, at) => ({ label, onSelect: snooze(at) }));
  return (
    <>
      <Menu
        trigger={<IconButton label="More" icon={<Ellipsis size={16} />} className="max-sm:!size-11" />}
        items={[
          { label: "Mark as pending", onSelect: () => setStatus("pending") },
          { label: "Escalate", onSelect: () => setStatus("escalated") },
          ...(resolved || status === "snoozed" ? [open] : []),
          ...(resolved
            ? []
            : [
                { label: "Resolve", keys: "E", onSelect: () => setStatus("resolved") },
                null,
                "Snooze",
                ...snoozes,
              ]),
        ]}
      />
      <span className="only-desk inline-flex">
        {resolved ? (
          <Button size="sm" icon={<RotateCcw size={14} />} onClick={() => setStatus("open")}>
            Open again
          </Button>
        ) : (
          <Button size="sm" icon={<Check size={14} />} onClick={() => setStatus("resolved")}>
            Resolve
          </Button>
        )}
      </span>
    </>
  );
}
