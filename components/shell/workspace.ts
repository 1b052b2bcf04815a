"use client";
import { createContext, useContext } from "react";
import type { Permission } from "#domain/access/permissions.ts";

/** Where one is and what one may do there; set once by the frame. */
export interface Workspace {
  /** The workspace's address, such as `/shopeasy`. */
  base: string;
  slug: string;
  name: string;
  userId: string;
  userName: string;
  currency: string;
  demo: boolean;
  /** What the workspace's clock shows minus real time. */
  offsetMs: number;
  permissions: ReadonlyArray<string>;
}

export const WorkspaceContext = createContext<Workspace | null>(null);

/** The workspace one is in, and `allows(permission)`: what is not allowed is not offered, and the server refuses it too. */
export function useWorkspace() {
  const workspace = useContext(WorkspaceContext);
  if (!workspace) throw new Error("This part must stand inside a workspace's frame.");
  return {
    ...workspace,
    allows: (permission: Permission) => workspace.permissions.includes(permission),
    /** The workspace's present moment as ISO, for what is shown before the server has answered. */
    offsetNow: () => new Date(Date.now() + workspace.offsetMs).toISOString(),
  };
}
