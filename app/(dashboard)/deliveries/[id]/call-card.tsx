import { ArrowUpRight, FlaskConical } from "lucide-react";
import { getTranslations } from "next-intl/server";
import Link from "next/link";

import { Card } from "@/components/ui/card";
import { Id } from "@/components/ui/ltr";
import { Notice } from "@/components/ui/notice";
import { getCall } from "@/db/calls/read";
import { callHref } from "@/lib/call/link";
import { maskTextFor, type NumberAccess } from "@/lib/phone/access";

import { OutcomeBadge } from "../../_call/outcome-badge";

/** The call of a delivery, and whether it is verified. */
export async function CallCard({ callId, access }: { callId: string; access: NumberAccess }) {
  const [found, t] = await Promise.all([getCall(callId), getTranslations("deliveries")]);
  if (found === null) {
    return (
      <Card title={t("detail.callCard")}>
        <Id>{callId}</Id>
        <p className="mt-1 text-muted">{t("detail.noCall")}</p>
      </Card>
    );
  }
  const { isTest, enrichmentState, phoneNumber } = found.call;
  const outcome = maskTextFor(access, found.call.outcome, phoneNumber);
  const isUnverified = enrichmentState === "not_found" && !isTest;
  return (
    <Card title={t("detail.callCard")}>
      <div className="space-y-3">
        <Link
          href={callHref(callId)}
          className="inline-flex max-w-full items-center gap-1.5 rounded-sm text-accent-text underline-offset-2 hover:underline"
        >
          <Id>{callId}</Id>
          <ArrowUpRight className="size-4 shrink-0 rtl-flip" aria-hidden />
        </Link>
        <div>
          <OutcomeBadge type={outcome} />
        </div>
        {isUnverified && (
          <Notice tone="warning" title={t("detail.unverifiedTitle")}>
            {t("detail.unverifiedBody")}
          </Notice>
        )}
        {isTest && (
          <p className="flex items-start gap-2 text-muted">
            <FlaskConical className="mt-0.5 size-4 shrink-0" aria-hidden />
            {t("detail.isTest")}
          </p>
        )}
      </div>
    </Card>
  );
}
