import type { ReactNode } from "react";

import { CallsFrame } from "./calls-frame";

/** The list, and beside it the call that was opened from the list. Each page checks the session itself. */
export default function CallsLayout({ children, panel }: { children: ReactNode; panel: ReactNode }) {
  return <CallsFrame panel={panel}>{children}</CallsFrame>;
}
