"use server";

import { randomUUID } from "node:crypto";

import { after } from "next/server";
import { z } from "zod";

import { addImportItems, cancelImport, createImport, retryImport } from "@/db/imports/import";
import { isCallId } from "@/lib/call/id-list";
import { IMPORT_SOURCES } from "@/lib/imports/import";
import { errorCode, log } from "@/lib/log";
import { audit } from "@/server/audit";
import { type ActionGate, requireAction, type SignedInUser } from "@/server/auth/gates";
import { importDue } from "@/server/jobs/import";
import { hasApiKey } from "@/server/vendor-api";

/** `nothing` and `off` are keys of `settings.import.error`, the others of `settings.refused`. */
type Refusal = { ok: false; reason: (ActionGate & { ok: false })["reason"] | "nothing" | "off" };

/** A long list comes in parts: a server action takes a megabyte at most. */
const part = z.array(z.string().refine(isCallId)).min(1).max(5000);

async function guarded<T>(work: (user: SignedInUser) => Promise<T | Refusal>): Promise<T | Refusal> {
  const gate = await requireAction("administrator");
  if (!gate.ok) {
    return gate;
  }
  try {
    return await work(gate.user);
  } catch (error) {
    log("error", "import_action_failed", { error_code: errorCode(error) });
    return { ok: false, reason: "unavailable" };
  }
}

const beginInput = z.object({
  source: z.enum(IMPORT_SOURCES).exclude(["command"]),
  fileName: z
    .string()
    .transform((name) => name.toWellFormed().replaceAll("\u0000", "").trim().slice(0, 200) || null)
    .nullable(),
  ids: part,
});

/** Begins an import with the first part of its list; the work begins at once. */
export async function beginImport(input: z.input<typeof beginInput>): Promise<{ ok: true; id: string } | Refusal> {
  const gate = await requireAction("administrator");
  if (!gate.ok) {
    return gate;
  }
  const parsed = beginInput.safeParse(input);
  if (!parsed.success) {
    return { ok: false, reason: "nothing" };
  }
  if (!hasApiKey()) {
    return { ok: false, reason: "off" };
  }
  return guarded(async () => {
    const id = randomUUID();
    const { ids, ...about } = parsed.data;
    await audit(gate.user, {
      action: "import_started",
      subject: id,
      rowCount: ids.length,
      detail: { source: about.source },
    });
    await createImport({ id, ...about, userId: gate.user.id });
    await addImportItems(id, ids);
    log("info", "import_begun", { count: ids.length });
    after(() => importDue());
    return { ok: true, id };
  });
}

const addInput = z.object({ id: z.uuid(), ids: part });

/** Adds a further part to an import's list. The same part again is harmless. */
export async function addToImport(input: z.input<typeof addInput>): Promise<{ ok: true } | Refusal> {
  return guarded(async (user) => {
    const parsed = addInput.safeParse(input);
    if (!parsed.success || !(await addImportItems(parsed.data.id, parsed.data.ids))) {
      return { ok: false, reason: "nothing" };
    }
    const { id, ids } = parsed.data;
    await audit(user, { action: "import_started", subject: id, rowCount: ids.length, detail: { more: true } });
    return { ok: true };
  });
}

/** Asks for no more of an import's calls. */
export async function stopImport(id: string): Promise<{ ok: true } | Refusal> {
  return guarded(async (user) => {
    if (z.uuid().safeParse(id).success) {
      await audit(user, {
        action: "import_cancelled",
        subject: id,
      });
      await cancelImport(id);
      log("info", "import_cancelled");
    }
    return { ok: true };
  });
}

/** Asks again for what failed or was cancelled. */
export async function resumeImport(id: string): Promise<{ ok: true } | Refusal> {
  return guarded(async (user) => {
    if (z.uuid().safeParse(id).success) {
      const count = await retryImport(id);
      await audit(user, {
        action: "import_started",
        subject: id,
        rowCount: count,
        detail: { again: true },
      });
      log("info", "import_resumed", { count });
      after(() => importDue());
    }
    return { ok: true };
  });
}
