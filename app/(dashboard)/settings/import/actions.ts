"use server";

import { randomUUID } from "node:crypto";

import { refresh } from "next/cache";
import { z } from "zod";

import { addImportItems, cancelImport, createImport, retryImport } from "@/db/imports/import";
import { refuse } from "@/lib/action-answer";
import { isCallId, readCallIds } from "@/lib/imports/id-list";
import { IMPORT_SOURCES } from "@/lib/imports/import";
import { log } from "@/lib/log";
import { afterAnswer } from "@/server/after-answer";
import { action } from "@/server/auth/action";
import { importDue } from "@/server/jobs/import";
import { hasApiKey } from "@/server/vendor-api";

/** Shared by all actions here. The reasons `nothing` and `off` are keys of `settings.import.error`. */
const IMPORT = { role: "administrator", failure: "import_action_failed" } as const;

const MAX_PART = 5000;

/** A long list is sent in parts, because a server action accepts at most 1 MB. */
const part = z.array(z.string().refine(isCallId)).min(1).max(MAX_PART);

/**
 * Creates an import with the first part of its list, and starts it. A form without scripts sends the text of the whole list, and the column
 * if the previous answer asked for it; the answer to such a list that cannot be read contains the text, to correct it.
 * Reason `off`: no API key is configured.
 */
export const beginImport = action({
  ...IMPORT,
  input: z.union([
    z.object({
      source: z.enum(IMPORT_SOURCES).exclude(["command"]),
      fileName: z
        .string()
        .transform((name) => name.toWellFormed().replaceAll("\u0000", "").trim().slice(0, 200) || null)
        .nullable(),
      ids: part,
    }),
    z.object({ list: z.string(), column: z.coerce.number().int().min(0).optional().catch(undefined) }),
  ]),
  invalid: "nothing",
  work: async (input, { user, recordEvent }) => {
    const read = "list" in input ? readList(input) : { ok: true as const, ...input };
    if (!read.ok) {
      return read;
    }
    const { ids, source, fileName } = read;
    if (!hasApiKey()) {
      return refuse("off");
    }
    const id = randomUUID();
    await recordEvent({
      action: "import_started",
      subject: id,
      rowCount: ids.length,
      detail: { source },
    });
    await createImport({ id, source, fileName, userId: user.id });
    for (let at = 0; at < ids.length; at += MAX_PART) {
      await addImportItems(id, ids.slice(at, at + MAX_PART));
    }
    log("info", "import_begun", { count: ids.length });
    afterAnswer("import", importDue);
    return { ok: true, id };
  },
});

/** Reads a whole list. `column` counts only for a list in which it has to be chosen. */
function readList({ list, column }: { list: string; column?: number | undefined }) {
  const unaided = readCallIds(list);
  const read = !unaided.ok && unaided.problem === "which_column" ? readCallIds(list, column) : unaided;
  if (!read.ok) {
    return { ...refuse(read.problem), list };
  }
  return read.ids.length === 0
    ? { ...refuse("empty"), list }
    : { ok: true as const, ids: read.ids, source: "pasted" as const, fileName: null };
}

/** Adds another part to an import's list. Sending the same part twice is harmless. */
export const addToImport = action({
  ...IMPORT,
  input: z.object({ id: z.uuid(), ids: part }),
  invalid: "nothing",
  work: async ({ id, ids }, { recordEvent }) => {
    if (!(await addImportItems(id, ids))) {
      return refuse("nothing");
    }
    await recordEvent({ action: "import_started", subject: id, rowCount: ids.length, detail: { more: true } });
    return { ok: true };
  },
});

/** Cancels the pending calls of an import. */
export const stopImport = action({
  ...IMPORT,
  input: z.uuid(),
  fromFields: (fields) => fields["id"],
  invalidate: refresh,
  work: async (id, { recordEvent }) => {
    await recordEvent({ action: "import_cancelled", subject: id });
    await cancelImport(id);
    log("info", "import_cancelled");
    return { ok: true };
  },
});

/** Retries the calls of an import that failed or were cancelled. */
export const resumeImport = action({
  ...IMPORT,
  input: z.uuid(),
  fromFields: (fields) => fields["id"],
  invalidate: refresh,
  work: async (id, { recordEvent }) => {
    const count = await retryImport(id);
    await recordEvent({ action: "import_started", subject: id, rowCount: count, detail: { again: true } });
    log("info", "import_resumed", { count });
    afterAnswer("import", importDue);
    return { ok: true };
  },
});
