/** Resolves after the event loop has done what waits: requests and deliveries. For long work, which calls it every few milliseconds. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
