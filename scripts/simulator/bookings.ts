import type { CallStore } from "./call-store";
import type { ApiCall, CallStatus, VendorCall } from "./contract";

/**
 * Returns a call as the API describes it at `now` (milliseconds since the epoch): scheduled before its dial, then dialling, in progress,
 * and ended. null: the vendor does not know it yet.
 */
export function callAt({ data, dialledAt, webhookAt }: VendorCall, now: number): ApiCall | null {
  const isBefore = (time: string | null) => time !== null && now < Date.parse(time);
  if (isBefore(data.created_at)) return null;
  if (dialledAt === null) return webhookAt !== null && isBefore(data.updated_at) ? unended(data, "scheduled") : data;
  if (isBefore(dialledAt)) return unended(data, "scheduled");
  if (!isBefore(data.ended_at)) return data;
  const isAnswered = data.started_at !== null && !isBefore(data.started_at);
  return {
    ...unended(data, isAnswered ? "in_progress" : "dialing"),
    updated_at: (isAnswered ? data.started_at : null) ?? dialledAt,
    started_at: isAnswered ? data.started_at : null,
  };
}

function unended(data: ApiCall, status: CallStatus): ApiCall {
  return {
    ...data,
    updated_at: data.created_at,
    status,
    duration: null,
    next_retry_at: null,
    transcript: null,
    report: null,
    started_at: null,
    ended_at: null,
  };
}

/** The result of a change: the changed call, or the status of a call that is not scheduled. */
export type BookingChange = { ok: true; call: VendorCall } | { ok: false; status: CallStatus | null };

/**
 * Cancels a booking or a pending retry. Its contact ends: later retries are never made, and the call before it has no next one. The
 * vendor then sends a webhook of the type `cancelled`.
 */
export function cancelBooking(store: CallStore, call: VendorCall, now: number): BookingChange {
  const view = callAt(call, now);
  if (view?.status !== "scheduled") return { ok: false, status: view?.status ?? null };
  const { retry_attempt_number, root_call_id } = view;
  const at = new Date(now).toISOString();
  const cancelled: VendorCall = {
    id: call.id,
    webhook: {
      call_id: call.id,
      payload: { type: "cancelled", retry_attempt_number, root_call_id, next_retry_at: null },
    },
    data: { ...view, status: "cancelled", updated_at: at },
    dialledAt: null,
    webhookAt: at,
    reportAt: null,
    recording: null,
  };
  setNextOfPrevious(store, call, null);
  store.remove(laterCalls(store, call).map(({ id }) => id));
  store.add([cancelled], { pending: true });
  return { ok: true, call: cancelled };
}

/** Moves a booking or a pending retry to another time, and all later retries of the contact by as much. */
export function rescheduleBooking(store: CallStore, call: VendorCall, to: number, now: number): BookingChange {
  const view = callAt(call, now);
  if (view === null || view.status !== "scheduled") return { ok: false, status: view?.status ?? null };
  const by = to - Date.parse(view.scheduled_at ?? view.created_at);
  const moved = shifted(call, by);
  const { created_at } = call.data;
  const scheduled_at = new Date(to).toISOString();
  const { payload } = moved.webhook;
  const rescheduled: VendorCall = {
    ...moved,
    webhook:
      payload.type === "complete" && payload.call_data !== null
        ? { ...moved.webhook, payload: { ...payload, call_data: { ...payload.call_data, created_at } } }
        : moved.webhook,
    data: {
      ...moved.data,
      created_at,
      scheduled_at,
      // A booking that is stuck has no later change.
      ...(call.webhookAt === null ? { updated_at: new Date(now).toISOString() } : {}),
    },
  };
  const later = laterCalls(store, call).map((each) => shifted(each, by));
  setNextOfPrevious(store, call, scheduled_at);
  store.add([rescheduled, ...later], { pending: true });
  return { ok: true, call: rescheduled };
}

function laterCalls(store: CallStore, call: VendorCall): VendorCall[] {
  return store
    .pending()
    .filter(
      ({ data }) =>
        data.root_call_id === contactIdOf(call) && data.retry_attempt_number > call.data.retry_attempt_number,
    );
}

/** Corrects the answer of the API about the call before this one. Its webhook has already been sent. */
function setNextOfPrevious(store: CallStore, call: VendorCall, next: string | null): void {
  const contactId = contactIdOf(call);
  for (const other of store.all()) {
    if (
      contactIdOf(other) === contactId &&
      other.data.retry_attempt_number === call.data.retry_attempt_number - 1 &&
      other.id !== call.id
    ) {
      store.add([{ ...other, data: { ...other.data, next_retry_at: next } }], { pending: store.isPending(other.id) });
      return;
    }
  }
}

/** Returns the id of the contact's first call. */
export function contactIdOf({ id, data }: VendorCall): string {
  return data.root_call_id ?? id;
}

/** Moves every time of a call by the milliseconds. Times in its variables are in another notation and stay. */
function shifted(call: VendorCall, by: number): VendorCall {
  const move = (_: string, value: unknown) =>
    typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)
      ? new Date(Date.parse(value) + by).toISOString()
      : value;
  const copy: VendorCall = JSON.parse(JSON.stringify(call), move);
  return copy;
}
