const store = globalThis as { callboardPerProcess?: Map<string, unknown> };

/**
 * Returns the one value per process with this name, which `make` creates at the first call. Module variables do not guarantee one value: the
 * bundler may load a module once for the routes and once for `instrumentation.ts`, and `next dev` reloads it on every change.
 */
export function perProcess<T>(name: string, make: () => T): T {
  const values = (store.callboardPerProcess ??= new Map<string, unknown>());
  if (!values.has(name)) {
    values.set(name, make());
  }
  return values.get(name) as T;
}
