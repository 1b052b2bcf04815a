import type { LucideIcon } from "lucide-react";
import {
  BrainCircuit,
  FileText,
  Inbox,
  Plug,
  Radio,
  ReceiptText,
  Settings,
  Smartphone,
  Users,
  Workflow,
} from "lucide-react";

export interface Room {
  path: string;
  name: string;
  icon: LucideIcon;
  /** The second key of "G then …". */
  key: string;
  demoOnly?: boolean;
}

export interface RoomGroup {
  name: string;
  rooms: ReadonlyArray<Room>;
}

/** The rooms of a workspace, by job. Only rooms that exist. */
export const roomGroups: ReadonlyArray<RoomGroup> = [
  {
    name: "Serve",
    rooms: [
      { path: "inbox", name: "Inbox", icon: Inbox, key: "I" },
      { path: "customers", name: "Customers", icon: Users, key: "U" },
      { path: "demo", name: "Demo", icon: Smartphone, key: "D", demoOnly: true },
    ],
  },
  {
    name: "Automate",
    rooms: [
      { path: "flows", name: "Flows", icon: Workflow, key: "F" },
      { path: "ai", name: "AI", icon: BrainCircuit, key: "A" },
      { path: "templates", name: "Templates", icon: FileText, key: "T" },
    ],
  },
  {
    name: "Connect",
    rooms: [
      { path: "channels", name: "Channels", icon: Radio, key: "C" },
      { path: "integrations", name: "Integrations", icon: Plug, key: "N" },
    ],
  },
  {
    name: "Run",
    rooms: [
      { path: "billing", name: "Billing", icon: ReceiptText, key: "B" },
      { path: "settings", name: "Settings", icon: Settings, key: "S" },
    ],
  },
];
