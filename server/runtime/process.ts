const KEY = Symbol.for("aurora.process");
type Registry = Map<string, unknown>;
const holder = globalThis as { [KEY]?: Registry };

/**
 * The one instance of something with state (pool, executor, live hub, caches, group committer) in this process.
 * Next loads a module once for instrumentation, once for routes and once for pages, so a module-level variable is
 * three variables; this registry hangs on `globalThis`.
 */
export function once<T>(name: string, make: () => T): T {
  holder[KEY] ??= new Map();
  const registry = holder[KEY];
  if (!registry.has(name)) registry.set(name, make());
  return registry.get(name) as T;
}

/** Names of everything made so far; the one-of-each test reads it. */
export function madeOnce(): string[] {
  return [...(holder[KEY]?.keys() ?? [])];
}

/** Forgets an instance, after its owner closed it (tests and shutdown). */
export function forget(name: string): void {
  holder[KEY]?.delete(name);
}
