"use client";

import { FileUp } from "lucide-react";
import type { Route } from "next";
import { useFormatter, useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { type DragEvent, type ReactNode, useDeferredValue, useId, useMemo, useRef, useState } from "react";

import { cn } from "@/components/cn";
import { RefusalNotice } from "@/components/refusal-notice";
import { slot } from "@/components/slot";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { LinkButton } from "@/components/ui/link-button";
import { Notice } from "@/components/ui/notice";
import { Progress } from "@/components/ui/progress";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { useAction } from "@/components/use-action";
import { useActionForm } from "@/components/use-action-form";
import { useIsHydrated } from "@/components/use-is-hydrated";
import { useTypedBefore } from "@/components/use-typed-before";
import { type CallIdList, readCallIds } from "@/lib/imports/id-list";

import { addToImport, beginImport } from "./actions";
import { importDuration } from "./import-duration";

type FileProblem = "spreadsheet" | "tooLarge" | "unreadable";
type ChosenFile = { name: string; text: string } | { name: string; problem: FileProblem };

const MAX_FILE_BYTES = 50 * 1024 * 1024;
const IDS_PER_PART = 2000;

/** Reads a list of call IDs, shows what it contains, and starts the import. */
export function ImportForm() {
  const t = useTranslations("settings.import");
  const words = useWords();
  const beginning = useActionForm(beginImport, { words });
  const begun = beginning.answer?.ok ? beginning.answer.id : null;
  const refused = beginning.answer !== null && "list" in beginning.answer ? beginning.answer.list : "";
  const isHydrated = useIsHydrated();
  const form = useRef<HTMLFormElement>(null);
  const [source, setSource] = useState<"pasted" | "file">("pasted");
  const [pasted, setPasted] = useState(refused);
  useTypedBefore(form, (typed) => setPasted(String(typed.get("list") ?? "")));
  const [file, setFile] = useState<ChosenFile | null>(null);
  const [column, setColumn] = useState<number | undefined>(undefined);

  const text = useDeferredValue(source === "pasted" ? pasted : file !== null && "text" in file ? file.text : "");
  const read = useMemo(() => (text === "" ? null : readCallIds(text, column)), [text, column]);
  // The columns to choose from. They are still offered after one was chosen.
  const columns = useMemo(() => {
    const withoutColumn = text === "" || column === undefined ? read : readCallIds(text);
    return withoutColumn !== null && !withoutColumn.ok && withoutColumn.problem === "which_column"
      ? withoutColumn.columns
      : null;
  }, [text, column, read]);

  const choose = async (chosen: File | undefined) => {
    if (chosen !== undefined) {
      setColumn(undefined);
      setFile({ name: chosen.name, ...(await readFile(chosen)) });
    }
  };
  return (
    // The form is for the time before the scripts are there. With them, `Preview` starts the import.
    <form ref={form} action={beginning.submit} className="space-y-4 pt-2" onSubmit={(event) => event.preventDefault()}>
      {begun !== null && (
        <Notice
          tone="success"
          action={<LinkButton href={`/settings/import/${begun}` as Route}>{t("openBegun")}</LinkButton>}
        >
          {t("begun")}
        </Notice>
      )}
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
        <Field
          label={t("paste")}
          hint={t("pasteHint")}
          error={pasted === refused && beginning.refusal !== null ? beginning.refusal.text : problemOf(read, t)}
        >
          <Textarea
            name="list"
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
            name="column"
            value={column === undefined ? "" : String(column)}
            onValueChange={(value) => setColumn(Number(value))}
            options={columns.map((name, index) => ({
              value: String(index),
              label: name === "" ? t("columnEmpty", { number: index + 1 }) : name.slice(0, 80),
            }))}
          />
        </Field>
      )}
      {isHydrated && read?.ok && read.ids.length > 0 && (
        <Preview list={read} source={source} fileName={source === "file" ? (file?.name ?? null) : null} />
      )}
      {!isHydrated && (
        <Button type="submit" variant="primary">
          {t("start")}
        </Button>
      )}
    </form>
  );
}

function useWords() {
  const t = useTranslations("settings.import");
  return {
    nothing: t("error.nothing"),
    off: t("error.off"),
    empty: t("problem.empty"),
    too_many: t("problem.too_many"),
    which_column: t("problem.which_column"),
  };
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
  const [isDraggedOver, setDraggedOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDraggedOver(false);
    onChoose(event.dataTransfer.files[0]);
  };
  return (
    <div className="space-y-1.5">
      <span className="text-sm font-medium" id={`${id}-label`}>
        {t("file")}
      </span>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dropping a file is an alternative to the input inside */}
      <label
        onDragOver={(event) => {
          event.preventDefault();
          setDraggedOver(true);
        }}
        onDragLeave={() => setDraggedOver(false)}
        onDrop={drop}
        className={cn(
          "flex flex-col items-center gap-1.5 rounded-lg border border-dashed border-border-strong px-4 py-8 text-center has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring",
          isDraggedOver && "border-accent bg-accent-soft",
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
            // Otherwise choosing the same file again, after correcting it, would trigger no event.
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

const MAX_REJECTED_SHOWN = 20;

function Preview({ list, source, fileName }: { list: CallIdList; source: "pasted" | "file"; fileName: string | null }) {
  const t = useTranslations("settings.import");
  const format = useFormatter();
  const router = useRouter();
  const [sent, setSent] = useState<number | null>(null);
  const { run, refusal } = useAction({ words: useWords(), beside: true });
  const started = useRef<{ list: CallIdList; id: string; sent: number } | null>(null);
  const { ids, repeated, rejected, column } = list;

  /** Sends the list in parts. If a part fails, the next attempt continues with that part. */
  const start = async () => {
    if (started.current?.list !== list) {
      started.current = null;
    }
    let at = started.current?.sent ?? 0;
    setSent(at);
    while (at < ids.length) {
      const part = ids.slice(at, at + IDS_PER_PART);
      const { id } = started.current ?? { id: null };
      const answer =
        id === null
          ? await run(() => beginImport({ source, fileName, ids: part }))
          : { id, ...(await run(() => addToImport({ id, ids: part }))) };
      if (!answer.ok) {
        setSent(null);
        return;
      }
      at += part.length;
      started.current = { list, id: answer.id, sent: at };
      setSent(at);
    }
    router.push(`/settings/import/${started.current?.id ?? ""}` as Route);
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
            {rejected.slice(0, MAX_REJECTED_SHOWN).map(({ line, text }) => (
              <li key={`${line} ${text}`}>
                {t("rejectedLine", { line })}: <bdi className="font-mono text-xs break-all">{text}</bdi>
              </li>
            ))}
          </ul>
        </details>
      )}
      <p className="text-muted">{t("takes", { duration: importDuration(ids.length, format) })}</p>
      <RefusalNotice refusal={refusal} />
      {sent !== null && ids.length > IDS_PER_PART && (
        <Progress value={sent / ids.length} label={t("starting", { done: sent, total: ids.length })} />
      )}
      <Button variant="primary" pending={sent !== null} onClick={start}>
        {sent === null ? t("start") : t("starting", { done: sent, total: ids.length })}
      </Button>
    </div>
  );
}

/** Reads a text file in the encodings that spreadsheet programs use: UTF-8, or UTF-16 with a byte order mark. */
async function readFile(file: File): Promise<{ text: string } | { problem: FileProblem }> {
  if (file.size > MAX_FILE_BYTES) {
    return { problem: "tooLarge" };
  }
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const [first, second] = bytes;
    // XLSX and ODS files are ZIP archives ("PK"), XLS files are compound files (D0 CF).
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
