"use client";

import type { ReactNode } from "react";

import { useFollowedLinks } from "./use-followed-links";

/** Makes the router follow the plain links inside. A component of Next for each of hundreds of links would be most of a page. */
export function FollowedLinks({ children }: { children: ReactNode }) {
  const { follow } = useFollowedLinks();
  return (
    // The links inside are the interactive elements.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div onClick={follow}>{children}</div>
  );
}
