import type { ReactNode } from "react";

import { Notice } from "./ui/notice";
import type { ShownRefusal } from "./use-action";

/** Why an action was refused, beside the control that called it; nothing where it was not. */
export function RefusalNotice({ refusal, action }: { refusal: ShownRefusal | null; action?: ReactNode }) {
  if (refusal === null) {
    return null;
  }
  // The person has done nothing wrong.
  const isOurs = ["unavailable", "offline", "outdated"].includes(refusal.reason);
  return (
    <Notice tone={isOurs ? "warning" : "danger"} announce action={action}>
      {refusal.text}
    </Notice>
  );
}
