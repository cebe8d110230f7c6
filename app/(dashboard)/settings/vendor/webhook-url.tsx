"use client";

import { Copy, Eye, EyeOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { toast } from "sonner";

import { heedRefusal } from "@/components/session-ended";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";

import { revealWebhook } from "./actions";

/** The webhook's URL with its secret left out, until somebody asks to see or to copy it. */
export function WebhookUrl({ label, prefix }: { label: string; prefix: string }) {
  const t = useTranslations("settings.vendor.webhook");
  const tCommon = useTranslations("common");
  const tRefused = useTranslations("settings.refused");
  const [url, setUrl] = useState<string | null>(null);
  const [pending, startTransition] = useTransition();

  const ask = async (): Promise<string | null> => {
    const answer = await revealWebhook(label).catch(() => ({ ok: false as const, reason: "offline" as const }));
    if (!answer.ok) {
      heedRefusal(answer.reason);
      toast.error(tRefused(answer.reason));
      return null;
    }
    if (answer.url === null) {
      toast.error(t("gone"));
    }
    return answer.url;
  };
  const show = () =>
    startTransition(async () => {
      setUrl(await ask());
    });
  const copy = () =>
    startTransition(async () => {
      const answer = await ask();
      if (answer === null) {
        return;
      }
      try {
        await navigator.clipboard.writeText(answer);
        toast.success(tCommon("action.copied"));
      } catch {
        // The browser keeps the clipboard from us: then it is shown, and copied by hand.
        setUrl(answer);
        toast.error(tCommon("state.copyFailed"));
      }
    });

  return (
    <div className="flex flex-wrap items-start gap-2">
      <output
        dir="ltr"
        aria-label={t("url")}
        className="min-h-8 min-w-0 flex-1 basis-80 rounded-md border bg-sunken px-2.5 py-1.5 text-start font-mono text-xs leading-4.5 break-all"
      >
        {url ?? (
          <>
            {prefix}
            <span aria-label={t("hidden")} className="text-subtle">
              ••••••••••••••••
            </span>
          </>
        )}
      </output>
      <div className="flex gap-2">
        {url === null ? (
          <>
            <Button pending={pending} onClick={show}>
              <Eye aria-hidden />
              {t("show")}
            </Button>
            <Button disabled={pending} onClick={copy}>
              <Copy aria-hidden />
              {tCommon("action.copy")}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={() => setUrl(null)}>
              <EyeOff aria-hidden />
              {t("hide")}
            </Button>
            <CopyButton value={url} size="md">
              {tCommon("action.copy")}
            </CopyButton>
          </>
        )}
      </div>
    </div>
  );
}
