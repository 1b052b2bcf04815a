"use client";

/** When a page failed: what is still true, and what to press. */
export default function PageError(props: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="grid h-dvh place-items-center p-6 text-center" role="alert">
      <div>
        <h1 className="text-page">This page did not load</h1>
        <p className="text-ink-2 mt-1">Nothing you did is lost. Conversations go on without it.</p>
        <button type="button" className="btn primary mt-4" onClick={props.reset}>
          Try again
        </button>
        {props.error.digest ? (
          <details className="text-small text-ink-3 mt-4">
            <summary>Details</summary>
            <span className="code">{props.error.digest}</span>
          </details>
        ) : null}
      </div>
    </main>
  );
}
