"use client";
import { Command } from "cmdk";
import { Search } from "lucide-react";
import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import { useState } from "react";
import { Kbd } from "#components/ui/kbd.tsx";

export interface PaletteItem {
  id: string;
  label: string;
  hint?: string;
  icon?: ReactNode;
  keys?: string;
  group: string;
  run: () => void;
}

/** Go anywhere, do anything, find anyone: ⌘K. `found` holds what the server found for the typed words. */
export function CommandPalette(props: {
  open: boolean;
  onClose: () => void;
  items: ReadonlyArray<PaletteItem>;
  found?: ReadonlyArray<PaletteItem>;
  onSearch?: (words: string) => void;
}) {
  const [words, setWords] = useState("");
  const groups = [...new Set(props.items.map((item) => item.group))];
  const close = () => {
    setWords("");
    props.onClose();
  };
  const line = (item: PaletteItem) => (
    <Command.Item
      key={item.id}
      value={`${item.label} ${item.hint ?? ""} ${item.id}`}
      className="pop-item"
      onSelect={() => {
        close();
        item.run();
      }}
    >
      {item.icon}
      <span className="clip">{item.label}</span>
      {item.hint ? <span className="text-ink-3 text-small clip">{item.hint}</span> : null}
      {item.keys ? (
        <span className="end row gap-1">
          {item.keys.split(" ").map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
        </span>
      ) : null}
    </Command.Item>
  );
  return (
    <Dialog.Root open={props.open} onOpenChange={(open) => (open ? undefined : close())}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content className="modal !p-0" aria-describedby={undefined}>
          <Dialog.Title className="sr-only">Search or jump to</Dialog.Title>
          <Command label="Search or jump to" loop>
            <div className="row border-line h-12 border-b px-4">
              <Search size={16} aria-hidden="true" className="text-ink-3" />
              <Command.Input
                value={words}
                onValueChange={(value) => {
                  setWords(value);
                  props.onSearch?.(value);
                }}
                placeholder="Search or jump to"
                className="text-read h-full w-full bg-transparent outline-none"
              />
            </div>
            <Command.List className="max-h-[52vh] overflow-y-auto p-2">
              <Command.Empty className="text-ink-3 px-3 py-6 text-center">
                Nothing by that name.
              </Command.Empty>
              {(props.found ?? []).length > 0 ? (
                <Command.Group heading={<span className="pop-label">Found</span>}>
                  {props.found?.map(line)}
                </Command.Group>
              ) : null}
              {groups.map((group) => (
                <Command.Group key={group} heading={<span className="pop-label">{group}</span>}>
                  {props.items.filter((item) => item.group === group).map(line)}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
