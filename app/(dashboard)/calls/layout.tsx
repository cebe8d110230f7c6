import type { ReactNode } from "react";

import { ClientMessages } from "@/components/client-messages";

import { CallsFrame } from "./calls-frame";

/** The list, and beside it the call that was opened from the list. Each page checks the session itself. */
export default function CallsLayout({ children, panel }: { children: ReactNode; panel: ReactNode }) {
  return (
    <ClientMessages of={["call.panel"]}>
      <CallsFrame panel={panel}>{children}</CallsFrame>
    </ClientMessages>
  );
}
