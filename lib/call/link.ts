import type { Route } from "next";

import { callsHref, type CallFilter, type CallListView } from "./filter";

/**
 * The page of one call. With the filter, the order and the place of the list that it was opened from, it knows its
 * neighbours there and the way back.
 */
export function callHref(callId: string, filter?: CallFilter, view?: Partial<CallListView>): Route {
  const path = `/calls/${encodeURIComponent(callId)}` as const;
  const list = filter === undefined ? "" : callsHref(filter, view);
  const query = list.includes("?") ? list.slice(list.indexOf("?")) : "";
  return `${path}${query}` as Route;
}

/** The recording of one call, from our own origin. */
export function recordingHref(callId: string): `/calls/${string}/recording` {
  return `/calls/${encodeURIComponent(callId)}/recording`;
}
