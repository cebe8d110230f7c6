/** Runs once when a server starts, before it answers: a bad environment ends it here with one readable message. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") {
    return;
  }
  const { ignoreClosedOutput } = await import("@/lib/log");
  ignoreClosedOutput();
  const { env } = await import("@/lib/env");
  if (env.NODE_ENV === "production") {
    const { quietConsole } = await import("@/lib/quiet-console");
    quietConsole();
  }
  const { mendHttpServer } = await import("./lib/http/server");
  mendHttpServer();
  const { startTimer } = await import("./server/jobs/timer");
  startTimer();
  const { ensureFirstAdministrator } = await import("./server/jobs/first-administrator");
  void ensureFirstAdministrator();
}
