const store = globalThis as { callboardPerProcess?: Map<string, unknown> };

/**
 * One value per process and name. Module variables do not guarantee that: the bundler may load a module once for the routes
 * and once for `instrumentation.ts`, and `next dev` loads it again on every change.
 */
export function perProcess<T>(name: string, make: () => T): T {
  const values = (store.callboardPerProcess ??= new Map<string, unknown>());
  if (!values.has(name)) {
    values.set(name, make());
  }
  return values.get(name) as T;
}
