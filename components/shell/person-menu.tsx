"use client";
import {
  CircleHelp,
  Keyboard,
  LogOut,
  Monitor,
  Moon,
  Rows2,
  Rows3,
  Rows4,
  ShieldCheck,
  Sun,
} from "lucide-react";
import { useRouter } from "next/navigation";
import { Avatar } from "#components/ui/avatar.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Menu } from "#components/ui/menu.tsx";
import { setDensity, setTheme } from "./preferences.ts";

/** You: theme, density, keys, the other hat, sign out. */
export function PersonMenu(props: {
  person: { id: string; name: string; email: string };
  console?: { label: string; href: string } | null;
  rail: boolean;
  onShortcuts: () => void;
  onSignOut: () => void;
}) {
  const router = useRouter();
  const other = props.console;
  return (
    <div className="me">
      <Menu
        align="start"
        side="top"
        trigger={
          <button type="button" className="row rounded-md">
            <span className="sr-only">You:</span>
            <Avatar id={props.person.id} name={props.person.name} size="s" />
            <span className="clip me-name">{props.person.name}</span>
            {props.rail ? <span className="sr-only">{props.person.name}</span> : null}
          </button>
        }
        items={[
          props.person.email,
          "Theme",
          { label: "Like the system", icon: <Monitor size={14} />, onSelect: () => setTheme("system") },
          { label: "Light", icon: <Sun size={14} />, onSelect: () => setTheme("light") },
          { label: "Dark", icon: <Moon size={14} />, onSelect: () => setTheme("dark") },
          "Density",
          { label: "Compact", icon: <Rows4 size={14} />, onSelect: () => setDensity("compact") },
          { label: "Cozy", icon: <Rows3 size={14} />, onSelect: () => setDensity("cozy") },
          { label: "Roomy", icon: <Rows2 size={14} />, onSelect: () => setDensity("roomy") },
          null,
          { label: "Keys", icon: <Keyboard size={14} />, keys: "?", onSelect: props.onShortcuts },
          ...(other
            ? [
                {
                  label: other.label,
                  icon: <ShieldCheck size={14} />,
                  onSelect: () => router.push(other.href),
                },
              ]
            : []),
          null,
          { label: "Sign out", icon: <LogOut size={14} />, onSelect: props.onSignOut },
        ]}
      />
      <span className="end">
        <IconButton label="Keys" keys="?" icon={<CircleHelp size={16} />} onClick={props.onShortcuts} />
      </span>
    </div>
  );
}
