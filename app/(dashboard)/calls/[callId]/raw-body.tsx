"use client";

import { ChevronRight, Eye } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { z } from "zod";

import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { Spinner } from "@/components/ui/spinner";

const answerSchema = z.object({
  form: z.enum(["json", "text", "hex", "hidden"]),
  text: z.string(),
  isDecoded: z.boolean(),
  isMasked: z.boolean(),
});
type Loaded = z.infer<typeof answerSchema> | "loading" | "failed";

/** The maximum number of characters to show: a browser can lay out this many without a delay. The whole text can be copied. */
const MAX_SHOWN = 200_000;

/** The body of a delivery or of an API answer, as text or as hexadecimal bytes. It is fetched from `path` when the user opens it. */
export function RawBody({ path }: { path: string }) {
  const t = useTranslations("call.history");
  const common = useTranslations("common.action");
  const reveal = useTranslations("call");
  const [loaded, setLoaded] = useState<Loaded | null>(null);

  const load = async (url = path) => {
    setLoaded("loading");
    try {
      const response = await fetch(url);
      setLoaded(response.ok ? answerSchema.parse(await response.json()) : "failed");
    } catch {
      setLoaded("failed");
    }
  };

  return (
    <details
      className="group/raw"
      onToggle={(event) => {
        if (event.currentTarget.open && loaded === null) {
          void load();
        }
      }}
    >
      <summary className="-ms-1 inline-flex list-none items-center gap-1 rounded-sm px-1 text-xs text-muted select-none hover:bg-hover hover:text-foreground [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-3 rtl-flip group-open/raw:rotate-90 rtl:group-open/raw:-rotate-90" />
        {t("raw")}
      </summary>
      <div className="pt-1.5" aria-live="polite">
        {loaded === "loading" && (
          <p className="flex items-center gap-2 py-1 text-muted">
            <Spinner />
            {t("rawLoading")}
          </p>
        )}
        {loaded === "failed" && (
          <p className="flex flex-wrap items-center gap-2 py-1 text-muted">
            {t("rawFailed")}
            <Button size="xs" onClick={() => void load()}>
              {common("retry")}
            </Button>
          </p>
        )}
        {typeof loaded === "object" && loaded !== null && (
          <>
            <Shown body={loaded} />
            {loaded.isMasked && (
              <Button
                size="xs"
                className="mt-1"
                title={reveal("revealHint")}
                onClick={() => void load(`${path}?numbers=shown`)}
              >
                <Eye aria-hidden />
                {reveal("revealNumbers")}
              </Button>
            )}
          </>
        )}
      </div>
    </details>
  );
}

function Shown({ body: { form, text, isDecoded } }: { body: z.infer<typeof answerSchema> }) {
  const t = useTranslations("call.history");
  const isCut = text.length > MAX_SHOWN;
  const hasCredential = /(?:=|%3D)…/i.test(text);
  return (
    <>
      {form !== "hidden" && (
        <CodeBlock label={t("raw")} copyLabel={t("copyRaw")} code={isCut ? text.slice(0, MAX_SHOWN) : text} />
      )}
      <div className="mt-1 space-y-0.5 text-xs text-muted">
        {!isDecoded && <p>{t("rawEncoded")}</p>}
        {form === "text" && <p>{t("rawText")}</p>}
        {form === "hidden" && <p>{t("rawHidden")}</p>}
        {form === "hex" && <p>{t("rawHex")}</p>}
        {hasCredential && <p>{t("rawSignatures")}</p>}
        {isCut && (
          <p className="flex flex-wrap items-center gap-2">
            {t("rawCut", { shown: MAX_SHOWN, total: text.length })}
            <CopyButton value={text}>{t("copyRaw")}</CopyButton>
          </p>
        )}
      </div>
    </>
  );
}
