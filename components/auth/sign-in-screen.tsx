"use client";
import "./sign-in.css";
import { ArrowRight } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { Glyph } from "#components/ui/glyph.tsx";
import { Sky } from "#components/ui/sky.tsx";

export interface DemoDoor {
  id: string;
  label: string;
  detail: string;
}

/** The door: the night sky, a password form, and one click into the demo where it is on. */
export function SignInScreen(props: {
  demoDoors: ReadonlyArray<DemoDoor>;
  error: string | null;
  busy: string | null;
  onSignIn: (email: string, password: string) => void;
  onDemo: (id: string) => void;
}) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  return (
    <main className="gate">
      <Sky width={1440} height={900} horizon={0.3} />
      <div className="gate-inner">
        <header>
          <Glyph size={40} />
          <h1 className="mt-4">Aurora</h1>
          <p className="lead">It answers your customers, and says why. Every call it makes is on the bill.</p>
        </header>
        {props.demoDoors.length > 0 ? (
          <div className="gate-demo">
            {props.demoDoors.map((door) => (
              <Button key={door.id} busy={props.busy === door.id} onClick={() => props.onDemo(door.id)}>
                <span>{door.label}</span>
                <span className="text-small text-on-night-2 end font-text only-desk">{door.detail}</span>
                <ArrowRight size={14} aria-hidden="true" />
              </Button>
            ))}
          </div>
        ) : null}
        <form
          className="gate-card"
          onSubmit={(event) => {
            event.preventDefault();
            props.onSignIn(email, password);
          }}
        >
          <TextField
            label="E-mail"
            type="email"
            name="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
          <TextField
            label="Password"
            type="password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            error={props.error ?? undefined}
          />
          <Button type="submit" variant="primary" size="lg" busy={props.busy === "password"}>
            Sign in
          </Button>
        </form>
      </div>
    </main>
  );
}
