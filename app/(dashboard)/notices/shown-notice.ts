import type { StoredNotice } from "@/db/people/notices";

import type { ShownNotice } from "./notice-list";

/** A notice as it is passed to the browser. */
export function toShown({ id, kind, detail, createdAt, readAt }: StoredNotice): ShownNotice {
  return { id, kind, detail, createdAt: createdAt.toISOString(), isRead: readAt !== null };
}
