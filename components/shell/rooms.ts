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
import type { Permission } from "#domain/access/permissions.ts";

export interface Room {
  path: string;
  name: string;
  icon: LucideIcon;
  /** The second key of "G then …". */
  key: string;
  demoOnly?: boolean;
  /** Without this right the room is not offered. */
  needs?: Permission;
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
      { path: "inbox", name: "Inbox", icon: Inbox, key: "I", needs: "conversations.view" },
      { path: "customers", name: "Customers", icon: Users, key: "U", needs: "customers.view" },
      { path: "demo", name: "Demo", icon: Smartphone, key: "D", demoOnly: true, needs: "conversations.view" },
    ],
  },
  {
    name: "Automate",
    rooms: [
      { path: "flows", name: "Flows", icon: Workflow, key: "F", needs: "flows.view" },
      { path: "ai", name: "AI", icon: BrainCircuit, key: "A", needs: "ai.view" },
      { path: "templates", name: "Templates", icon: FileText, key: "T", needs: "templates.view" },
    ],
  },
  {
    name: "Connect",
    rooms: [
      { path: "channels", name: "Channels", icon: Radio, key: "C", needs: "channels.view" },
      { path: "integrations", name: "Integrations", icon: Plug, key: "N", needs: "connectors.view" },
    ],
  },
  {
    name: "Run",
    rooms: [
      { path: "billing", name: "Billing", icon: ReceiptText, key: "B", needs: "billing.view" },
      { path: "settings", name: "Settings", icon: Settings, key: "S" },
    ],
  },
];
