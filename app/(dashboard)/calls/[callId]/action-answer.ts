/** What an action's answer is when none came: the connection is away. For `.catch()`. */
export function notReached(): { ok: false; reason: "failed" } {
  return { ok: false, reason: "failed" };
}
