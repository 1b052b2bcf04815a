"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { TestDialog } from "./test-dialog.tsx";

const ends: Record<string, string> = {
  waiting: "It waits for the customer's answer.",
  completed: "It has reached an end.",
  handed_off: "It has handed off to a person.",
  failed: "It failed.",
};

/** Talks to the draft: every line said so far is played again from the beginning, nothing is stored. */
export function FlowTest(props: {
  flowId: string;
  open: boolean;
  onClose: () => void;
  flush: () => Promise<void>;
}) {
  const trpc = useTRPC();
  const [said, setSaid] = useState<string[]>([]);
  const run = useMutation(trpc.flows.testRun.mutationOptions());
  const say = async (text: string) => {
    const lines = [...said, text];
    setSaid(lines);
    await props.flush();
    run.mutate({ id: props.flowId, messages: lines });
  };
  const restart = () => {
    setSaid([]);
    run.reset();
  };
  const played = run.data && said.length > 0 ? run.data.turns : [];
  const unheard = run.isPending || run.isError ? said.slice(-1) : [];
  const turns = [...played, ...unheard.map((text) => ({ from: "customer" as const, text }))];
  return (
    <TestDialog
      open={props.open}
      onClose={props.onClose}
      turns={turns.map((turn, index) => ({ ...turn, id: `${index}` }))}
      status={run.data ? (run.data.error ?? ends[run.data.status] ?? run.data.status) : null}
      busy={run.isPending}
      failure={run.error ? errorText(run.error) : null}
      onSay={(text) => void say(text)}
      onRestart={restart}
    />
  );
}
