"use client";
import { MessagesSquare } from "lucide-react";
import { Kbd } from "#components/ui/kbd.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";

/** The thread's place while nothing is chosen, or while it loads. */
export function ThreadEmpty(props: { loading: boolean }) {
  return (
    <section className="thread" aria-label="Conversation">
      {props.loading ? (
        <Skeleton rows={7} />
      ) : (
        <div className="m-auto max-w-[40ch] p-6 text-center">
          <MessagesSquare size={20} strokeWidth={1.5} aria-hidden="true" className="text-ink-3 mx-auto" />
          <p className="text-title mt-3">Choose a conversation</p>
          <p className="text-ink-2 mt-1">
            <Kbd>J</Kbd> and <Kbd>K</Kbd> walk the list. Aurora answers meanwhile, and says why.
          </p>
        </div>
      )}
    </section>
  );
}
