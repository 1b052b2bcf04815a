"use client";
import { Command } from "cmdk";
import { useEffect, useRef } from "react";
import { NodeTile } from "#components/ui/node-mark.tsx";
import type { StepChoice } from "./edit-steps.ts";
import { stepFamilies } from "./step-choices.ts";

/** Opens where a line was dropped or a plus pressed: type a step's name, Enter adds it. */
export function StepPicker(props: {
  at: { x: number; y: number };
  onPick: (choice: StepChoice) => void;
  onClose: () => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { onClose } = props;
  useEffect(() => {
    const away = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) onClose();
    };
    window.addEventListener("pointerdown", away);
    return () => window.removeEventListener("pointerdown", away);
  }, [onClose]);
  return (
    <div
      ref={box}
      className="pop picker"
      role="dialog"
      aria-label="Choose a step"
      style={{
        left: Math.min(props.at.x, window.innerWidth - 260),
        top: Math.min(props.at.y, window.innerHeight - 360),
      }}
    >
      <Command
        label="Choose a step"
        loop
        onKeyDown={(event) => {
          if (event.key === "Escape") props.onClose();
        }}
      >
        <Command.Input
          autoFocus
          placeholder="Add a step"
          className="border-line mb-1 h-8 w-full border-b bg-transparent px-2 outline-none"
        />
        <Command.List>
          <Command.Empty className="text-ink-3 px-2 py-3">No step by that name.</Command.Empty>
          {stepFamilies.map((group) => (
            <Command.Group key={group.name} heading={<span className="pop-label">{group.name}</span>}>
              {group.choices.map((choice) => (
                <Command.Item
                  key={choice.id}
                  value={choice.label}
                  className="pop-item"
                  onSelect={() => props.onPick(choice)}
                >
                  <NodeTile type={choice.type} mode={choice.mode} />
                  {choice.label}
                </Command.Item>
              ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </div>
  );
}
