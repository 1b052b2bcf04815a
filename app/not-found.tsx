import Link from "next/link";

/** For what is not there, and for what is not yours: the same words. */
export default function NotFound() {
  return (
    <main className="grid h-dvh place-items-center p-6 text-center">
      <div>
        <h1 className="text-page">There is nothing at this address</h1>
        <p className="text-ink-2 mt-1">It was moved, it ended, or it belongs to another workspace.</p>
        <Link href="/" className="btn primary mt-4">
          Go to your workspace
        </Link>
      </div>
    </main>
  );
}
