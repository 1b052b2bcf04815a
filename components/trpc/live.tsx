"use client";
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import type { LiveState } from "#components/ui/live-dot.tsx";
import { useTRPCClient } from "./client.tsx";

/** What changed, by ids; who shows it reads it again. */
export interface LiveEvent {
  number: number;
  type: string;
  conversationId?: string | undefined;
  messageId?: string | undefined;
  flowExecutionId?: string | undefined;
}

type Listener = (event: LiveEvent) => void;
type Word = { kind: "event"; event: LiveEvent } | { kind: "state"; state: LiveState } | { kind: "hello" };

interface Line {
  state: LiveState;
  listen: (listener: Listener) => () => void;
}

const LineContext = createContext<Line>({ state: "offline", listen: () => () => undefined });

/**
 * The workspace's live line: one stream a browser. The tab that holds the lock keeps it open and tells the others over
 * a BroadcastChannel; when it closes, the next tab takes the lock and goes on from the last number heard.
 */
export function LiveLine(props: { slug: string; children: ReactNode }) {
  const client = useTRPCClient();
  const [state, setState] = useState<LiveState>("reconnecting");
  const listeners = useRef(new Set<Listener>());
  const [line] = useState(() => ({
    listen: (listener: Listener) => {
      listeners.current.add(listener);
      return () => listeners.current.delete(listener);
    },
  }));
  const { slug } = props;
  useEffect(() => {
    const name = `aurora-live:${slug}`;
    const channel = new BroadcastChannel(name);
    const done = new AbortController();
    let last: number | undefined;
    let own: LiveState | null = null;
    const hear = (event: LiveEvent) => {
      last = event.number;
      if (event.type !== "ready") for (const listener of listeners.current) listener(event);
    };
    const show = (next: LiveState) => {
      own = next;
      setState(next);
      channel.postMessage({ kind: "state", state: next } satisfies Word);
    };
    channel.onmessage = (message: MessageEvent<Word>) => {
      const word = message.data;
      if (word.kind === "event") hear(word.event);
      else if (word.kind === "state") setState(word.state);
      else if (own) channel.postMessage({ kind: "state", state: own } satisfies Word);
    };
    channel.postMessage({ kind: "hello" } satisfies Word);
    const keepOpen = () =>
      new Promise<void>((resolve) => {
        show("reconnecting");
        const stream = client.live.events.subscribe(last === undefined ? undefined : { since: last }, {
          onData: ({ data }) => {
            show("live");
            hear(data);
            channel.postMessage({ kind: "event", event: data } satisfies Word);
          },
          onConnectionStateChange: ({ state: next }) => {
            if (next === "pending") show("live");
            else if (next === "connecting") show("reconnecting");
          },
          onError: () => show("offline"),
        });
        done.signal.addEventListener("abort", () => {
          stream.unsubscribe();
          resolve();
        });
      });
    // Without locks (an insecure address) each tab keeps a stream of its own.
    if (navigator.locks) {
      navigator.locks.request(name, { signal: done.signal }, keepOpen).catch(() => undefined);
    } else void keepOpen();
    return () => {
      done.abort();
      channel.close();
    };
  }, [slug, client]);
  return <LineContext value={{ state, listen: line.listen }}>{props.children}</LineContext>;
}

/** Whether what is on screen is fresh. */
export function useLiveState(): LiveState {
  return useContext(LineContext).state;
}

/** Hears everything that happens in the workspace while the part is on screen. */
export function useLive(listener: Listener): void {
  const { listen } = useContext(LineContext);
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => listen((event) => latest.current(event)), [listen]);
}
