import { Phone } from "lucide-react";
import { ChannelIcon } from "./channel-icon.tsx";

function tintOf(id: string): number {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return (sum % 5) + 1;
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0]?.[0] ?? "";
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? "") : (words[0]?.[1] ?? "");
  return (first + last).toUpperCase();
}

/** Initials on one of five tints, chosen by id; the channel is a small badge. */
export function Avatar(props: {
  id: string;
  name: string | null;
  size?: "tiny" | "xs" | "s" | "m" | "l";
  channel?: string;
}) {
  const nameless = !props.name || /^[+\d\s()-]+$/.test(props.name);
  return (
    <span
      className={`av ${props.size ?? ""}`}
      data-tint={nameless ? undefined : tintOf(props.id)}
      aria-hidden="true"
    >
      {nameless ? <Phone size={14} /> : initialsOf(props.name ?? "")}
      {props.channel ? (
        <span className="badge">
          <ChannelIcon type={props.channel} size={11} />
        </span>
      ) : null}
    </span>
  );
}
