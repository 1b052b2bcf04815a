export type LiveState = "live" | "reconnecting" | "offline";
const words: Record<LiveState, string> = { live: "Live", reconnecting: "Reconnecting", offline: "Offline" };

/** Whether what you see is fresh: Live, Reconnecting, or Offline. */
export function LiveDot(props: { state: LiveState; label?: string }) {
  return (
    <span className="live" data-state={props.state} role="status">
      <span className="dot" aria-hidden="true" />
      {props.label && props.state === "live" ? props.label : words[props.state]}
    </span>
  );
}
