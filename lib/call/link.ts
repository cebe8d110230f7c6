import type { Route } from "next";

import { hrefWith } from "@/lib/url/parameters";

import type { CallFilter } from "./filter";
import { callFilterParams } from "./filter-params";
import { type CallListView, DEFAULT_VIEW } from "./list-view";

/** The list of calls with this filter, and with the parts of the view that are given. */
export function callsHref(filter: CallFilter, view: Partial<CallListView> = {}): "/calls" | `/calls?${string}` {
  return hrefWith("/calls", listParams(filter, view));
}

/**
 * The page of one call. With the filter and the view of the list that it was opened from, it knows its neighbours there and the way
 * back.
 */
export function callHref(callId: string, filter?: CallFilter, view?: Partial<CallListView>): Route {
  const params = filter === undefined ? new URLSearchParams() : listParams(filter, view ?? {});
  return hrefWith(`/calls/${encodeURIComponent(callId)}`, params) as Route;
}

function listParams(filter: CallFilter, { sort, perPage, cursor }: Partial<CallListView>): URLSearchParams {
  const params = callFilterParams(filter);
  if (sort !== undefined && sort !== DEFAULT_VIEW.sort) {
    params.set("sort", sort);
  }
  if (perPage !== undefined && perPage !== DEFAULT_VIEW.perPage) {
    params.set("per_page", String(perPage));
  }
  if (cursor !== undefined && cursor !== null) {
    params.set("cursor", cursor);
  }
  return params;
}

/** The recording of one call, from our own origin. */
export function recordingHref(callId: string): `/calls/${string}/recording` {
  return `/calls/${encodeURIComponent(callId)}/recording`;
}
