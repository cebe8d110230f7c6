import { previewErasure } from "@/db/privacy/erasure-preview";
import { errorCode, log } from "@/lib/log";
import { parseSoughtNumber } from "@/lib/phone/pattern";
import { recordUserEvent } from "@/server/audit";
import { requireApi } from "@/server/auth/gates";
import { heldDataFile } from "@/server/held-data";
import { getOrganization } from "@/server/organization";

const HEADERS = { "cache-control": "private, no-store" };

/**
 * The file for an access request, for administrators: everything that is stored about a phone number, as JSON. The number is a field of the
 * form (`number`), so that it is in no URL. The access is audited before the file begins.
 */
export async function POST(request: Request): Promise<Response> {
  const gate = await requireApi("administrator");
  if (!gate.ok) {
    return gate.response;
  }
  const number = parseSoughtNumber(await numberOf(request));
  if (number === null) {
    return Response.json({ error: "not_a_number" }, { status: 400, headers: HEADERS });
  }
  try {
    const [{ name }, { calls }] = await Promise.all([getOrganization(), previewErasure(number)]);
    await recordUserEvent(gate.user, { action: "access_given", subject: number.masked, rowCount: calls });
    const file = heldDataFile(number, { organization: name, created: new Date().toISOString() });
    return new Response(streamOf(file), {
      headers: {
        ...HEADERS,
        "content-type": "application/json; charset=utf-8",
        "content-disposition": `attachment; filename="held-data-${number.masked.slice(-2)}-${new Date().toISOString().slice(0, 10)}.json"`,
        "x-content-type-options": "nosniff",
      },
    });
  } catch (error) {
    log("error", "held_data_failed", { error_code: errorCode(error) });
    return Response.json({ error: "unavailable" }, { status: 503, headers: HEADERS });
  }
}

/** The file needs a form: a link to this address says so instead of being unknown. */
export async function GET(): Promise<Response> {
  const gate = await requireApi("administrator");
  return gate.ok
    ? Response.json({ error: "method_not_allowed" }, { status: 405, headers: { ...HEADERS, allow: "POST" } })
    : gate.response;
}

/** "" if the request has no such field. */
async function numberOf(request: Request): Promise<string> {
  try {
    const value = (await request.formData()).get("number");
    return typeof value === "string" ? value.slice(0, 60) : "";
  } catch {
    return "";
  }
}

/** An error aborts the download, so that a partial file does not look complete. */
function streamOf(pieces: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (done === true) {
          controller.close();
          return;
        }
        controller.enqueue(encoder.encode(value));
      } catch (error) {
        log("warn", "held_data_broken_off", { error_code: errorCode(error) });
        // Not the original error: Next prints the error of a stream, and a driver's error contains data.
        controller.error(new Error("The file was aborted"));
      }
    },
    async cancel() {
      await pieces.return();
    },
  });
}
