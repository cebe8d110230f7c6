/** Runs once when a server starts, before it answers: a bad environment ends it here with one readable message. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { startTimer } = await import("@/app/_jobs/timer");
    startTimer();
    const { ensureFirstAdministrator } = await import("@/app/_jobs/first-administrator");
    void ensureFirstAdministrator();
  }
}
