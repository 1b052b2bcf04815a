"use client";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";

/** Sets a sandbox tenant's clock: everything that falls due happens. */
export function TestClock(props: { now: string | null; onSet: (now: string) => Promise<string | null> }) {
  const [value, setValue] = useState(props.now ?? "");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | undefined>();
  const time = useTimeFormat();
  return (
    <form
      className="border-line col gap-3 border-t p-5"
      onSubmit={async (event) => {
        event.preventDefault();
        setBusy(true);
        setFailure((await props.onSet(value)) ?? undefined);
        setBusy(false);
      }}
    >
      <TextField
        label="Clock of the sandbox"
        className="code"
        required
        placeholder="2025-01-31T23:59:00.000Z"
        value={value}
        error={failure}
        hint={props.now ? `It shows ${time.full(props.now)}.` : "It shows real time."}
        onChange={(event) => setValue(event.target.value)}
      />
      <Button type="submit" busy={busy} className="self-start">
        Set the clock
      </Button>
    </form>
  );
}
