import type { ReactNode } from "react";

import { CallsFrame } from "./calls-frame";

/** The list, and beside it the call that was opened from it. Each page in here has a gate of its own. */
export default function CallsLayout({ children, panel }: { children: ReactNode; panel: ReactNode }) {
  return <CallsFrame panel={panel}>{children}</CallsFrame>;
}
