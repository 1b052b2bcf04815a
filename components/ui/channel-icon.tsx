import type { LucideIcon } from "lucide-react";
import {
  Camera,
  Code,
  Globe,
  Mail,
  MessageCircle,
  MessagesSquare,
  Phone,
  Send,
  Smartphone,
} from "lucide-react";

const icons: Record<string, LucideIcon> = {
  whatsapp: MessageCircle,
  messenger: MessagesSquare,
  instagram: Camera,
  telegram: Send,
  twilio: Smartphone,
  sms: Smartphone,
  voice: Phone,
  email: Mail,
  widget: Globe,
  web: Globe,
  api: Code,
};

const names: Record<string, string> = {
  whatsapp: "WhatsApp",
  messenger: "Messenger",
  instagram: "Instagram",
  telegram: "Telegram",
  twilio: "SMS",
  sms: "SMS",
  voice: "Voice",
  email: "E-mail",
  widget: "Website",
  web: "Website",
  api: "API",
};

/** The one icon of a channel type. */
export function ChannelIcon(props: { type: string; size?: number; className?: string }) {
  const Icon = icons[props.type] ?? MessageCircle;
  return <Icon size={props.size ?? 14} strokeWidth={1.8} aria-hidden="true" className={props.className} />;
}

/** A channel type in words. */
export function channelName(type: string): string {
  return names[type] ?? type;
}
