import type { ReactNode } from "react";

/** Puts a node in place of an empty tag of a message: `t.rich("by", { name: slot(<bdi>…</bdi>) })` for `"by": "by <name></name>"`. */
export function slot(node: ReactNode): () => ReactNode {
  return () => node;
}
