"use client";

import { Copy, Eye, EyeOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { useAction } from "@/components/use-action";
import { useActionForm } from "@/components/use-action-form";
import { useCopy } from "@/components/use-copy";

import { revealWebhook } from "./actions";

/** Shows the webhook URL. The secret is fetched only when the user shows or copies it. */
export function WebhookUrl({ label, prefix }: { label: string; prefix: string }) {
  const t = useTranslations("settings.vendor.webhook");
  const tCommon = useTranslations("common");
  const words = { gone: t("gone") };
  const { submit, answer: submitted, refusal } = useActionForm(revealWebhook, { words });
  const [url, setUrl] = useState<string | null>(submitted?.ok ? submitted.url : null);
  const { run, pending } = useAction({ words });
  const copyText = useCopy();

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
    if (await copyText(answer.url)) {
      toast.success(tCommon("action.copied"));
    } else {
      // So that it can be copied by hand.
      setUrl(answer.url);
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
            <form
              action={submit}
              onSubmit={(event) => {
                event.preventDefault();
                void show();
              }}
            >
              <input type="hidden" name="label" value={label} />
              <Button type="submit" pending={pending}>
                <Eye aria-hidden />
                {t("show")}
              </Button>
            </form>
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
      <RefusalNotice refusal={refusal} />
    </div>
  );
}
