import { getFormatter, getTranslations } from "next-intl/server";
import { z } from "zod";

import { getErasure } from "@/db/privacy/erasures";
import { contentLength } from "@/lib/http/content-length";
import { toZonedIso } from "@/lib/time/time";
import { requireApi } from "@/server/auth/gates";
import { getOrganization } from "@/server/organization";

const COUNTS = [
  "callsDeleted",
  "deliveriesDeleted",
  "unreadableDeleted",
  "reviewsDeleted",
  "callsRedacted",
  "notesRedacted",
  "unreadableKept",
  "damagedKept",
] as const;

/**
 * The certificate of a finished erasure as plain text: the masked number, who requested it, when it finished, what was deleted, and what was
 * kept because it could not be searched.
 */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const gate = await requireApi("administrator");
  if (!gate.ok) {
    return gate.response;
  }
  const id = z.uuid().safeParse((await params).id);
  const erasure = id.success ? await getErasure(id.data) : null;
  if (erasure === null || erasure.state !== "done") {
    return Response.json({ error: "not_found" }, { status: 404 });
  }
  const [t, format, { name, timeZone }] = await Promise.all([
    getTranslations("privacy.certificate"),
    getFormatter(),
    getOrganization(),
  ]);
  const at = (date: Date | null) => (date === null ? "" : toZonedIso(date, timeZone));
  const lines = [
    t("title"),
    "",
    `${t("organization")}: ${name}`,
    `${t("number")}: ${erasure.masked}`,
    `${t("requested")}: ${at(erasure.requestedAt)} (${erasure.requestedBy ?? "Callboard"})`,
    `${t("finished")}: ${at(erasure.finishedAt)}`,
    `${t("id")}: ${erasure.id}`,
    "",
    ...COUNTS.map((count) => `${t(count)}: ${format.number(erasure[count])}`),
    "",
    ...(erasure.repeatOf === null ? [] : [t("repeatOf", { id: erasure.repeatOf })]),
    t("limits"),
    "",
  ];
  const certificate = Buffer.from(lines.join("\r\n"));
  return new Response(certificate, {
    headers: {
      ...contentLength(certificate.length),
      "content-type": "text/plain; charset=utf-8",
      "content-disposition": `attachment; filename="erasure-${erasure.id}.txt"`,
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
