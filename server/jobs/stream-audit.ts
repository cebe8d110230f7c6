import { randomUUID } from "node:crypto";

import {
  claimStream,
  endUnwantedStream,
  nextToStream,
  noteStreamed,
  noteStreamFailure,
  releaseStream,
  wantStream,
} from "@/db/privacy/audit-stream";
import type { StreamedEvent } from "@/lib/audit-stream/event";
import { postJsonLines } from "@/lib/audit-stream/json-lines";
import { sendSyslog, syslogFrame } from "@/lib/audit-stream/syslog";
import { parseStreamUrl, type StreamTarget } from "@/lib/audit-stream/target";
import { env } from "@/lib/env";
import { isStopping } from "@/lib/http/node-server/shutdown";
import { errorCode, log } from "@/lib/log";

/**
 * Streams the audit log to AUDIT_STREAM_URL, for a SIEM. Events wait in an outbox (`db/privacy/audit-stream.ts`) until the receiver has taken them:
 * each is sent at least once, in order, also after a restart or an outage of the receiver.
 */

const BATCH = 200;
const TOO_LARGE = "HTTP_413";
/** Seconds after the first failure, the second …. The last one repeats. */
const PAUSES = [2, 5, 15, 60, 300];

/** Sends what waits until nothing is left, a batch fails or `budgetMs` has passed. Returns how many events were sent. */
export async function streamAuditDue(
  budgetMs = 20_000,
  target = env.AUDIT_STREAM_URL === undefined ? null : parseStreamUrl(env.AUDIT_STREAM_URL),
): Promise<number> {
  if (target === null) {
    await endUnwantedStream();
    return 0;
  }
  await wantStream();
  const holder = randomUUID();
  if (!(await claimStream(holder))) {
    return 0;
  }
  try {
    return await sendAll(holder, target, Date.now() + budgetMs);
  } finally {
    await releaseStream(holder);
  }
}

async function sendAll(holder: string, target: StreamTarget, deadline: number): Promise<number> {
  let sent = 0;
  let limit = BATCH;
  let isHeld = true;
  while (isHeld && Date.now() < deadline && !isStopping()) {
    const events = await nextToStream(limit);
    if (events.length === 0) {
      break;
    }
    try {
      await send(target, events);
    } catch (error) {
      const code = errorCode(error);
      if (code === TOO_LARGE && events.length > 1) {
        limit = Math.ceil(events.length / 2);
        continue;
      }
      log("warn", "audit_stream_failed", { error_code: code });
      await noteStreamFailure(holder, code, PAUSES);
      break;
    }
    isHeld = await noteStreamed(
      holder,
      events.map(({ place }) => place),
    );
    sent += events.length;
  }
  return sent;
}

async function send(target: StreamTarget, events: readonly StreamedEvent[]): Promise<void> {
  if (target.protocol === "https") {
    await postJsonLines(target.url, env.AUDIT_STREAM_TOKEN, events);
  } else {
    const { hostname } = new URL(env.APP_URL);
    await sendSyslog(
      target,
      events.map((event) => syslogFrame(event, hostname)),
    );
  }
}
