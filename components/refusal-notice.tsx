import type { ReactNode } from "react";

import { Notice } from "./ui/notice";
import type { ShownRefusal } from "./use-action";

/** Shows why an action was refused, beside the control that called it. Renders nothing without a refusal. */
export function RefusalNotice({ refusal, action }: { refusal: ShownRefusal | null; action?: ReactNode }) {
  if (refusal === null) {
    return null;
  }
  // A warning if the refusal is not due to the user's input.
  const isWarning = ["unavailable", "busy", "offline", "wrongAddress", "outdated"].includes(refusal.reason);
  return (
    <Notice tone={isWarning ? "warning" : "danger"} announce action={action}>
      {refusal.text}
    </Notice>
  );
}
