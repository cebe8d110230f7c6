"use client";

import { useTranslations } from "next-intl";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { useActionForm } from "@/components/use-action-form";
import { isolated } from "@/lib/text/isolated";

import { lookUpHeldData } from "./actions";
import { NumberField } from "./number-field";

/** Asks for a phone number, says what is stored about it, and offers the file. The number is sent in forms only, never in a URL. */
export function HeldDataForm() {
  const t = useTranslations("privacy");
  const { submit, answer, refusal } = useActionForm(lookUpHeldData, { words: { notNumber: t("erasure.notNumber") } });
  const found = answer?.ok ? answer : null;
  const isNotNumber = refusal?.reason === "notNumber";
  return (
    <div className="max-w-xl space-y-3 pt-2">
      {!isNotNumber && <RefusalNotice refusal={refusal} />}
      <form action={submit} noValidate>
        <NumberField
          label={t("access.number")}
          error={isNotNumber ? refusal.text : undefined}
          submitLabel={t("access.find")}
          defaultValue={found?.number ?? ""}
        />
      </form>
      {found !== null && (
        <form action="/settings/privacy/held-data" method="post">
          <input type="hidden" name="number" value={found.number} />
          <Notice
            tone="info"
            title={t("access.title", { number: isolated(found.masked) })}
            action={
              <Button type="submit" size="sm">
                {t("access.download")}
              </Button>
            }
          >
            <ul className="list-disc space-y-1 ps-5 text-sm">
              <li>{t("access.calls", { count: found.preview.calls })}</li>
              <li>{t("access.deliveries", { count: found.preview.deliveries })}</li>
              <li>
                {found.preview.mentions === null
                  ? t("access.mentionsUnknown")
                  : t("access.mentions", { count: found.preview.mentions })}
              </li>
            </ul>
            <p className="mt-2 text-sm">{isNothing(found.preview) ? t("access.nothing") : t("access.about")}</p>
          </Notice>
        </form>
      )}
    </div>
  );
}

function isNothing({ calls, deliveries, mentions }: { calls: number; deliveries: number; mentions: number | null }) {
  return calls === 0 && deliveries === 0 && mentions === 0;
}
