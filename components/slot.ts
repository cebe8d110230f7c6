import type { ReactNode } from "react";

/** Replaces an empty tag of a message by a node: `t.rich("by", { name: slot(<bdi>…</bdi>) })` for `"by": "by <name></name>"`. */
export function slot(node: ReactNode): () => ReactNode {
  return () => node;
}
