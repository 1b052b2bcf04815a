"use client";
import { signIn } from "next-auth/react";
import { Tooltip } from "radix-ui";
import { useState } from "react";
import { type DemoDoor, SignInScreen } from "./sign-in-screen.tsx";

export interface OpenDemoDoor extends DemoDoor {
  href: string;
}

/** Signs in by password or by a demo door, then goes where the person was heading. */
export function SignInPage(props: { demoDoors: ReadonlyArray<OpenDemoDoor>; next: string }) {
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const enter = async (who: string, proof: Record<string, string>, href: string) => {
    setBusy(who);
    setError(null);
    const outcome = await signIn("credentials", { ...proof, redirect: false });
    if (outcome?.ok) return location.assign(href);
    setBusy(null);
    setError(
      outcome?.error && outcome.error !== "CredentialsSignin"
        ? outcome.error
        : "The e-mail address or the password is wrong.",
    );
  };
  return (
    <Tooltip.Provider>
      <SignInScreen
        demoDoors={props.demoDoors}
        error={error}
        busy={busy}
        onSignIn={(email, password) => void enter("password", { email, password }, props.next)}
        onDemo={(id) => {
          const door = props.demoDoors.find((one) => one.id === id);
          if (door) void enter(door.id, { demoDoor: door.id }, door.href);
        }}
      />
    </Tooltip.Provider>
  );
}
