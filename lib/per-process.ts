const kept = globalThis as { callboardPerProcess?: Map<string, unknown> };

/**
 * One value a process. A module's own variables are not that: the bundler may load a module once for the routes and once
 * for `instrumentation.ts`, and `next dev` loads it anew on every change.
 */
export function perProcess<T>(name: string, make: () => T): T {
  const values = (kept.callboardPerProcess ??= new Map<string, unknown>());
  if (!values.has(name)) {
    values.set(name, make());
  }
  return values.get(name) as T;
}
