import {
  Activity,
  Building2,
  CircleDollarSign,
  Coins,
  Cpu,
  CreditCard,
  History,
  Layers,
  Mail,
  Percent,
  ReceiptText,
  Scale,
  Wallet,
  Webhook,
} from "lucide-react";
import type { RoomGroup } from "./rooms.ts";

/** The rooms of the operator's console. */
export const platformRoomGroups: ReadonlyArray<RoomGroup> = [
  {
    name: "Business",
    rooms: [
      { path: "tenants", name: "Tenants", icon: Building2, key: "T" },
      { path: "profit", name: "Profit", icon: Coins, key: "F" },
      { path: "plans", name: "Plans", icon: Layers, key: "L" },
      { path: "pricing", name: "Pricing", icon: Percent, key: "P" },
      { path: "invoices", name: "Invoices", icon: ReceiptText, key: "I" },
      { path: "payments", name: "Payments", icon: Wallet, key: "B" },
    ],
  },
  {
    name: "Trust",
    rooms: [
      { path: "reconcile", name: "Reconcile", icon: Scale, key: "R" },
      { path: "webhooks", name: "Webhook journal", icon: Webhook, key: "W" },
      { path: "mail", name: "Mail sent", icon: Mail, key: "M" },
      { path: "events", name: "System events", icon: Activity, key: "E" },
    ],
  },
  {
    name: "Supply",
    rooms: [
      { path: "prices", name: "Provider prices", icon: CircleDollarSign, key: "C" },
      { path: "price-history", name: "Price changes", icon: History, key: "H" },
      { path: "providers", name: "AI providers", icon: Cpu, key: "A" },
      { path: "gateways", name: "Payment gateways", icon: CreditCard, key: "Y" },
    ],
  },
];
