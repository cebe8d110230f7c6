import { commaText } from "@/lib/url/comma-list";
import { flagText, parametersOf } from "@/lib/url/parameters";

import type { CallFilter, CallFilterParameter } from "./filter";

/** The filter as URL parameters, in a fixed order and without defaults, so that equal filters give equal URLs. */
export function callFilterParams(filter: CallFilter): URLSearchParams {
  return parametersOf({
    outcome: commaText(filter.outcome),
    goal: commaText(filter.goal),
    direction: commaText(filter.direction),
    language: commaText(filter.language),
    scenario: commaText(filter.scenario),
    from: filter.from?.text ?? null,
    to: filter.to?.text ?? null,
    weekday: filter.weekday.join(","),
    hour: filter.hour.join(","),
    q: filter.q,
    phone: filter.phone,
    min_duration: filter.minDuration,
    max_duration: filter.maxDuration,
    dial: filter.dial.join(","),
    contact: filter.contact,
    state: filter.state.join(","),
    attempt: filter.attempt.join(","),
    reviewed: flagText(filter.reviewed),
    criterion: filter.criterion,
    criterion_met: flagText(filter.criterionMet),
    counted: flagText(filter.counted),
    enrichment: filter.enrichment.join(","),
    test: flagText(filter.test),
  } satisfies Record<CallFilterParameter, string | number | null>);
}

/** Whether the filter sets any condition. */
export function isFiltered(filter: CallFilter): boolean {
  return callFilterParams(filter).size > 0;
}
