"use client";
import { Plus } from "lucide-react";
import type { RefObject } from "react";
import { useState } from "react";
import { Kbd } from "#components/ui/kbd.tsx";
import { NodeTile } from "#components/ui/node-mark.tsx";
import type { StepChoice } from "./edit-steps.ts";
import { stepChoices, stepFamilies } from "./step-choices.ts";

export const dragType = "application/aurora-step";

/** Steps by family; drag one onto the canvas, or press it to add it after the chosen step. */
export function Palette(props: {
  onAdd: (choice: StepChoice) => void;
  search: RefObject<HTMLInputElement | null>;
}) {
  const [words, setWords] = useState("");
  const fits = (choice: StepChoice) => choice.label.toLowerCase().includes(words.trim().toLowerCase());
  return (
    <aside className="palette" aria-label="Steps">
      <div className="find">
        <Plus size={14} aria-hidden="true" className="flex-none" />
        <input
          ref={props.search}
          aria-label="Add a step"
          placeholder="Add a step"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={(event) => {
            const first = stepChoices.find(fits);
            if (event.key === "Enter" && first) {
              props.onAdd(first);
              setWords("");
              event.currentTarget.blur();
            }
            if (event.key === "Escape") event.currentTarget.blur();
          }}
        />
        <Kbd>/</Kbd>
      </div>
      {stepFamilies.map((group) => {
        const shown = group.choices.filter(fits);
        return shown.length === 0 ? null : (
          <section key={group.name}>
            <h2>{group.name}</h2>
            {shown.map((choice) => (
              <button
                key={choice.id}
                type="button"
                className="palette-step"
                draggable
                onDragStart={(event) => {
                  event.dataTransfer.setData(dragType, choice.id);
                  event.dataTransfer.effectAllowed = "copy";
                }}
                onClick={() => props.onAdd(choice)}
              >
                <NodeTile type={choice.type} mode={choice.mode} />
                {choice.label}
              </button>
            ))}
          </section>
        );
      })}
    </aside>
  );
}
