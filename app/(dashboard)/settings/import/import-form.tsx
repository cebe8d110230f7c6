"use client";

import { FileUp } from "lucide-react";
import type { Route } from "next";
import { useFormatter, useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { type DragEvent, type ReactNode, useDeferredValue, useId, useMemo, useRef, useState } from "react";

import { cn } from "@/components/cn";
import { heedRefusal } from "@/components/session-ended";
import { slot } from "@/components/slot";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { Progress } from "@/components/ui/progress";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { type CallIdList, IMPORTS_PER_SECOND, readCallIds } from "@/lib/call/id-list";

import { addToImport, beginImport } from "./actions";

type FileProblem = "spreadsheet" | "tooLarge" | "unreadable";
type ChosenFile = { name: string; text: string } | { name: string; problem: FileProblem };

const MAX_FILE_BYTES = 50 * 1024 * 1024;
const IDS_A_PART = 2000;

/** Takes a list of calls, says what was found in it before anything happens, and begins the import. */
export function ImportForm() {
  const t = useTranslations("settings.import");
  const [source, setSource] = useState<"pasted" | "file">("pasted");
  const [pasted, setPasted] = useState("");
  const [file, setFile] = useState<ChosenFile | null>(null);
  const [column, setColumn] = useState<number | undefined>(undefined);

  const text = useDeferredValue(source === "pasted" ? pasted : file !== null && "text" in file ? file.text : "");
  const read = useMemo(() => (text === "" ? null : readCallIds(text, column)), [text, column]);
  // The columns of the table, also after one of them was chosen.
  const columns = useMemo(() => {
    const unguided = text === "" || column === undefined ? read : readCallIds(text);
    return unguided !== null && !unguided.ok && unguided.problem === "which_column" ? unguided.columns : null;
  }, [text, column, read]);

  const choose = async (chosen: File | undefined) => {
    if (chosen !== undefined) {
      setColumn(undefined);
      setFile({ name: chosen.name, ...(await readFile(chosen)) });
    }
  };
  return (
    <div className="space-y-4 pt-2">
      <Segmented
        label={t("new")}
        value={source}
        onValueChange={(value) => {
          setSource(value);
          setColumn(undefined);
        }}
        items={[
          { value: "pasted", label: t("pasteTab") },
          { value: "file", label: t("fileTab") },
        ]}
      />
      {source === "pasted" ? (
        <Field label={t("paste")} hint={t("pasteHint")} error={problemOf(read, t)}>
          <Textarea
            dir="ltr"
            rows={6}
            spellCheck={false}
            autoComplete="off"
            placeholder={t("pastePlaceholder")}
            value={pasted}
            onChange={(event) => {
              setPasted(event.target.value);
              setColumn(undefined);
            }}
            className="font-mono text-xs"
          />
        </Field>
      ) : (
        <FilePicker
          file={file}
          onChoose={choose}
          error={file !== null && "problem" in file ? t(`problem.${file.problem}`) : problemOf(read, t)}
        />
      )}
      {columns !== null && (
        <Field label={t("column")} className="max-w-sm">
          <Select
            value={column === undefined ? "" : String(column)}
            onValueChange={(value) => setColumn(Number(value))}
            options={columns.map((name, index) => ({
              value: String(index),
              label: name === "" ? t("columnEmpty", { number: index + 1 }) : name.slice(0, 80),
            }))}
          />
        </Field>
      )}
      {read?.ok && read.ids.length > 0 && (
        <Preview list={read} source={source} fileName={source === "file" ? (file?.name ?? null) : null} />
      )}
    </div>
  );
}

function problemOf(
  read: ReturnType<typeof readCallIds> | null,
  t: ReturnType<typeof useTranslations<"settings.import">>,
) {
  if (read === null || (!read.ok && read.problem === "which_column")) {
    return undefined;
  }
  if (read.ok) {
    return read.ids.length === 0 ? t("problem.empty") : undefined;
  }
  return t(`problem.${read.problem}`);
}

function FilePicker({
  file,
  onChoose,
  error,
}: {
  file: ChosenFile | null;
  onChoose: (file: File | undefined) => void;
  error: ReactNode;
}) {
  const t = useTranslations("settings.import");
  const id = useId();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onChoose(event.dataTransfer.files[0]);
  };
  return (
    <div className="space-y-1.5">
      <span className="text-sm font-medium" id={`${id}-label`}>
        {t("file")}
      </span>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dropping is one way more, beside the input inside */}
      <label
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={cn(
          "flex flex-col items-center gap-1.5 rounded-lg border border-dashed border-border-strong px-4 py-8 text-center has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring",
          over && "border-accent bg-accent-soft",
        )}
      >
        <FileUp className="size-5 text-subtle" aria-hidden />
        {file === null ? (
          <span>
            <span className="font-medium text-accent-text">{t("chooseFile")}</span>{" "}
            <span className="text-muted">{t("dropFile")}</span>
          </span>
        ) : (
          <>
            <bdi className="max-w-full truncate font-medium">{file.name}</bdi>
            <span className="text-sm text-accent-text">{t("otherFile")}</span>
          </>
        )}
        <input
          type="file"
          accept=".csv,.tsv,.txt,text/csv,text/plain"
          aria-labelledby={`${id}-label`}
          aria-describedby={`${id}-hint`}
          className="sr-only"
          onChange={(event) => {
            onChoose(event.target.files?.[0]);
            // The same file, mended, can be chosen again.
            event.target.value = "";
          }}
        />
      </label>
      {error !== undefined && (
        <p role="alert" className="text-sm text-danger-text">
          {error}
        </p>
      )}
      <p id={`${id}-hint`} className="text-xs text-muted">
        {t("fileHint")}
      </p>
    </div>
  );
}

const MOST_REJECTED = 20;

function Preview({ list, source, fileName }: { list: CallIdList; source: "pasted" | "file"; fileName: string | null }) {
  const t = useTranslations("settings.import");
  const tRefused = useTranslations("settings.refused");
  const format = useFormatter();
  const router = useRouter();
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<string | null>(null);
  const begun = useRef<{ list: CallIdList; id: string; sent: number } | null>(null);
  const { ids, repeated, rejected, column } = list;

  /** Sends the list in parts. When a part fails, the next try goes on behind what has arrived. */
  const start = async () => {
    setError(null);
    if (begun.current?.list !== list) {
      begun.current = null;
    }
    let at = begun.current?.sent ?? 0;
    setSent(at);
    while (at < ids.length) {
      const part = ids.slice(at, at + IDS_A_PART);
      const { id } = begun.current ?? { id: null };
      const answer =
        id === null
          ? await beginImport({ source, fileName, ids: part }).catch(offline)
          : { id, ...(await addToImport({ id, ids: part }).catch(offline)) };
      if (!answer.ok) {
        const { reason } = answer;
        heedRefusal(reason);
        setError(reason === "nothing" || reason === "off" ? t(`error.${reason}`) : tRefused(reason));
        setSent(null);
        return;
      }
      at += part.length;
      begun.current = { list, id: answer.id, sent: at };
      setSent(at);
    }
    router.push(`/settings/import/${begun.current?.id ?? ""}` as Route);
  };

  return (
    <div className="space-y-3 rounded-md border bg-sunken/40 px-4 py-3">
      <div aria-live="polite">
        <p className="font-medium">
          {t("found", { count: ids.length })}
          {column !== null && (
            <span className="ms-1.5 font-normal text-muted">
              {t.rich("foundIn", { column: slot(<bdi>{column}</bdi>) })}
            </span>
          )}
        </p>
        {repeated > 0 && <p className="text-muted">{t("repeated", { count: repeated })}</p>}
      </div>
      {rejected.length > 0 && (
        <details className="text-muted">
          <summary className="text-warning-text">{t("rejected", { count: rejected.length })}</summary>
          <ul className="mt-1 max-h-40 space-y-0.5 overflow-y-auto ps-4">
            {rejected.slice(0, MOST_REJECTED).map(({ line, text }) => (
              <li key={`${line} ${text}`}>
                {t("rejectedLine", { line })}: <bdi className="font-mono text-xs break-all">{text}</bdi>
              </li>
            ))}
          </ul>
        </details>
      )}
      <p className="text-muted">{t("takes", { duration: inWords(ids.length / IMPORTS_PER_SECOND, format) })}</p>
      {error !== null && (
        <Notice tone="danger" announce>
          {error}
        </Notice>
      )}
      {sent !== null && ids.length > IDS_A_PART && (
        <Progress value={sent / ids.length} label={t("starting", { done: sent, total: ids.length })} />
      )}
      <Button variant="primary" pending={sent !== null} onClick={start}>
        {sent === null ? t("start") : t("starting", { done: sent, total: ids.length })}
      </Button>
    </div>
  );
}

function offline() {
  return { ok: false as const, reason: "offline" as const };
}

/** A length of time in seconds, minutes or hours. */
function inWords(seconds: number, format: ReturnType<typeof useFormatter>): string {
  const [value, unit] =
    seconds < 90
      ? [Math.max(1, Math.ceil(seconds)), "second"]
      : seconds < 5400
        ? [Math.ceil(seconds / 60), "minute"]
        : [Math.ceil(seconds / 3600), "hour"];
  return format.number(Number(value), { style: "unit", unit: String(unit), unitDisplay: "long" });
}

/** The text of a file, in the encodings that spreadsheets save: UTF-8 and UTF-16 with a byte order mark. */
async function readFile(file: File): Promise<{ text: string } | { problem: FileProblem }> {
  if (file.size > MAX_FILE_BYTES) {
    return { problem: "tooLarge" };
  }
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const [first, second] = bytes;
    // XLSX and ODS are ZIP archives ("PK"), XLS is a compound file (D0 CF).
    if ((first === 0x50 && second === 0x4b) || (first === 0xd0 && second === 0xcf)) {
      return { problem: "spreadsheet" };
    }
    const encoding =
      first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
    const text = new TextDecoder(encoding).decode(bytes);
    return text === "" ? { text: " " } : { text };
  } catch {
    return { problem: "unreadable" };
  }
}
