"use client";
import { Search } from "lucide-react";
import { useEffect, useRef } from "react";
import { Kbd } from "./kbd.tsx";

/** Searches a list; `/` leads here. */
export function SearchField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  wide?: boolean;
}) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const target = event.target;
      const typing = target instanceof HTMLElement && /INPUT|TEXTAREA|SELECT/.test(target.tagName);
      if (event.key !== "/" || typing || document.querySelector("[role=dialog]")) return;
      event.preventDefault();
      box.current?.focus();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  return (
    <span className={`field row max-w-full ${props.wide ? "" : "!w-64"}`}>
      <Search size={14} aria-hidden="true" className="text-ink-3 flex-none" />
      <input
        ref={box}
        type="search"
        aria-label={props.label}
        placeholder={props.label}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        className="w-full min-w-0 bg-transparent outline-none"
      />
      <Kbd className="only-desk">/</Kbd>
    </span>
  );
}
