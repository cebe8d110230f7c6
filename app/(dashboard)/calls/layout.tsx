import type { ReactNode } from "react";

import { CallsFrame } from "./calls-frame";

/** The list, and the call that was opened from it beside it. Each page checks the session itself. */
export default function CallsLayout({ children, panel }: { children: ReactNode; panel: ReactNode }) {
  return <CallsFrame panel={panel}>{children}</CallsFrame>;
}
