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

/** A long list is sent in parts, because a server action accepts at most 1 MB. */
const part = z.array(z.string().refine(isCallId)).min(1).max(5000);

/** Creates an import with the first part of its list, and starts it. Reason `off`: no API key is configured. */
export const beginImport = action({
  ...IMPORT,
  input: z.object({
    source: z.enum(IMPORT_SOURCES).exclude(["command"]),
    fileName: z
      .string()
      .transform((name) => name.toWellFormed().replaceAll("\u0000", "").trim().slice(0, 200) || null)
      .nullable(),
    ids: part,
  }),
  fromFields: ({ list }) => {
    const read = readCallIds(typeof list === "string" ? list : "");
    return { source: "pasted", fileName: null, ids: read.ok ? read.ids : [] };
  },
  invalid: "nothing",
  work: async ({ ids, ...about }, { user, recordEvent }) => {
    if (!hasApiKey()) {
      return refuse("off");
    }
    const id = randomUUID();
    await recordEvent({
      action: "import_started",
      subject: id,
      rowCount: ids.length,
      detail: { source: about.source },
    });
    await createImport({ id, ...about, userId: user.id });
    await addImportItems(id, ids);
    log("info", "import_begun", { count: ids.length });
    afterAnswer("import", importDue);
    return { ok: true, id };
  },
});

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
