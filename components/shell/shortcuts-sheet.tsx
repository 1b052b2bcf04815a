"use client";
import { Dialog } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { activeShortcuts } from "./use-shortcut.ts";

/** Every key that works at this moment, by place. */
export function ShortcutsSheet(props: { open: boolean; onClose: () => void }) {
  const groups = new Map<string, Map<string, string>>();
  if (props.open) {
    for (const one of activeShortcuts()) {
      const group = groups.get(one.group) ?? new Map<string, string>();
      group.set(one.keys, one.label);
      groups.set(one.group, group);
    }
  }
  return (
    <Dialog open={props.open} onClose={props.onClose} title="Keys">
      <div className="grid gap-5 sm:grid-cols-2">
        {[...groups].map(([name, keys]) => (
          <section key={name}>
            <h3 className="text-micro text-ink-3 mb-1">{name}</h3>
            <ul>
              {[...keys].map(([key, label]) => (
                <li key={key} className="row h-7">
                  <span className="clip">{label}</span>
                  <span className="end row gap-1">
                    {key.split(/[ +]/).map((part) => (
                      <Kbd key={part}>{part === "Mod" ? "⌘" : part}</Kbd>
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
