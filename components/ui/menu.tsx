"use client";
import { DropdownMenu } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { Kbd } from "./kbd.tsx";

export interface MenuItem {
  label: ReactNode;
  icon?: ReactNode;
  keys?: string;
  onSelect: () => void;
  critical?: boolean;
  disabled?: boolean;
  checked?: boolean;
}

/** A menu of acts under a button. `null` draws a line, a string a group's name. */
export function Menu(props: {
  trigger: ReactElement;
  items: ReadonlyArray<MenuItem | string | null>;
  align?: "start" | "end";
  side?: "top" | "bottom" | "right";
  children?: ReactNode;
}) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{props.trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="pop"
          align={props.align ?? "end"}
          side={props.side ?? "bottom"}
          sideOffset={6}
          collisionPadding={8}
        >
          {props.children}
          {props.items.map((item, index) => {
            // A menu's lines keep their order for as long as it is open.
            const key = `line-${index}`;
            if (item === null) return <DropdownMenu.Separator key={key} className="pop-line" />;
            if (typeof item === "string")
              return (
                <DropdownMenu.Label key={key} className="pop-label">
                  {item}
                </DropdownMenu.Label>
              );
            return (
              <DropdownMenu.Item
                key={key}
                disabled={item.disabled ?? false}
                className={`pop-item ${item.critical ? "critical" : ""}`}
                onSelect={item.onSelect}
              >
                {item.icon}
                <span className="clip">{item.label}</span>
                {item.checked ? (
                  <span className="end text-accent text-small" aria-hidden="true">
                    ✓
                  </span>
                ) : null}
                {item.checked ? <span className="sr-only">(chosen)</span> : null}
                {item.keys ? <Kbd className="end">{item.keys}</Kbd> : null}
              </DropdownMenu.Item>
            );
          })}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
