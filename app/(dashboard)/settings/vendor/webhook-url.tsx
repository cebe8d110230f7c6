"use client";

import { Copy, Eye, EyeOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";

import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { useAction } from "@/components/use-action";

import { revealWebhook } from "./actions";

/** Shows the webhook URL. The secret is fetched only when the user shows or copies it. */
export function WebhookUrl({ label, prefix }: { label: string; prefix: string }) {
  const t = useTranslations("settings.vendor.webhook");
  const tCommon = useTranslations("common");
  const [url, setUrl] = useState<string | null>(null);
  const { run, pending } = useAction({ words: { gone: t("gone") } });

  const show = async () => {
    const answer = await run(() => revealWebhook(label));
    if (answer.ok) {
      setUrl(answer.url);
    }
  };
  const copy = async () => {
    const answer = await run(() => revealWebhook(label));
    if (!answer.ok) {
      return;
    }
    try {
      await navigator.clipboard.writeText(answer.url);
      toast.success(tCommon("action.copied"));
    } catch {
      // The browser denies access to the clipboard: show the URL, so that it can be copied by hand.
      setUrl(answer.url);
      toast.error(tCommon("state.copyFailed"));
    }
  };

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
