import type { Route } from "next";

import { hrefWith } from "@/lib/url/parameters";
import { callSegment } from "@/lib/url/path-segment";

import type { CallFilter } from "./filter";
import { callFilterParams } from "./filter-params";
import { type CallListView, DEFAULT_VIEW } from "./list-view";

/** The URL of the list of calls with this filter and view. Omitted parts of the view have their defaults. */
export function callsHref(filter: CallFilter, view: Partial<CallListView> = {}): "/calls" | `/calls?${string}` {
  return hrefWith("/calls", listParams(filter, view));
}

/**
 * The URL of one call's page. With the filter and view of the list that the call was opened from, the page links to the previous and next
 * call and back to the list.
 */
export function callHref(callId: string, filter?: CallFilter, view?: Partial<CallListView>): Route {
  const params = filter === undefined ? new URLSearchParams() : listParams(filter, view ?? {});
  return hrefWith(`/calls/${callSegment(callId)}`, params) as Route;
}

function listParams(filter: CallFilter, { sort, perPage, cursor, by }: Partial<CallListView>): URLSearchParams {
  const params = callFilterParams(filter);
  if (by !== undefined && by !== DEFAULT_VIEW.by) {
    params.set("by", by);
  }
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

/** The URL of one call's recording, on our own origin. */
export function recordingHref(callId: string): `/calls/${string}/recording` {
  return `/calls/${callSegment(callId)}/recording`;
}

/** The URL of the body of one delivery or of one answer of the API about a call, as JSON. */
export function callPartHref(callId: string, part: "deliveries" | "answers", id: string): string {
  return `/calls/${callSegment(callId)}/${part}/${id}`;
}
