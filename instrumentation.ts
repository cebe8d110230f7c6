/** Runs once when a server starts, before it answers requests. If the environment is invalid, the server stops here with one message. */
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
  const { fixHttpServer } = await import("./lib/http/node-server/fix");
  const { deliverDirectly } = await import("./server/ingest/deliver-directly");
  // On Vercel, work after the answer needs the route.
  fixHttpServer(env.VERCEL ? null : deliverDirectly);
  const { startTimer } = await import("./server/jobs/timer");
  startTimer();
  const { ensureFirstAdministrator } = await import("./server/auth/first-administrator");
  void ensureFirstAdministrator();
  const { renewSecondFactorsAtStart } = await import("./server/auth/second-factor-keys");
  void renewSecondFactorsAtStart();
}
