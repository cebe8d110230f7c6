import { expect, test } from "@playwright/test";

import { eventLine, type StreamedEvent } from "@/lib/audit-stream/event";
import { syslogFrame } from "@/lib/audit-stream/syslog";

const EVENT: StreamedEvent = {
  id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  at: new Date("2026-11-25T10:15:00.123Z"),
  action: "number_revealed",
  actorId: "u-1",
  actorName: "نورة",
  actorEmail: "nora@example.com",
  callId: "call-1",
  subject: null,
  rowCount: 3,
  detail: { q: "call 0501234567 back", from: "2026-11-01", again: true, ms: 12 },
  sourceIp: "192.0.2.1",
};

test("an event is one line of ASCII with everything that the page shows", () => {
  const line = eventLine(EVENT);
  expect(line).toMatch(/^[\u0020-\u007e]+$/);
  expect(JSON.parse(line)).toEqual({
    product: "callboard",
    id: EVENT.id,
    time: "2026-11-25T10:15:00.123Z",
    action: "number_revealed",
    actor: { id: "u-1", name: "نورة", email: "nora@example.com" },
    source_ip: "192.0.2.1",
    call_id: "call-1",
    subject: null,
    row_count: 3,
    detail: { q: "call ••• back", from: "2026-11-01", again: true, ms: 12 },
  });
});

test("a phone number is masked wherever it stands, and an event without a user or with unknown details has none", () => {
  const odd = { callId: "+966 50 123 4567", subject: "0501234567", detail: ["a"], actorId: null, actorName: null };
  expect(JSON.parse(eventLine({ ...EVENT, ...odd }))).toMatchObject({
    call_id: "•••",
    subject: "•••",
    detail: null,
    actor: null,
  });
});

test("a syslog message has the header of RFC 5424 and its length in front", () => {
  const frame = syslogFrame(EVENT, "calls.example.com");
  const message = `<110>1 2026-11-25T10:15:00.123Z calls.example.com callboard - number_revealed - ${eventLine(EVENT)}`;
  expect(frame).toBe(`${Buffer.byteLength(message)} ${message}`);
});

test("a failed sign-in is a warning, and nothing in the header can begin another field or message", () => {
  expect(syslogFrame({ ...EVENT, action: "sign_in_failed" }, "")).toMatch(
    /^\d+ <108>1 \S+ - callboard - sign_in_failed - \{/,
  );
  const hostile = syslogFrame({ ...EVENT, action: `a b\n${"c".repeat(40)}`, subject: "x\n9 <0>1" }, "h\n o\u00e9st");
  expect(hostile).toMatch(/^\d+ <110>1 \S+ host callboard - abc{30} - \{/);
  expect(hostile).not.toContain("\n");
});
