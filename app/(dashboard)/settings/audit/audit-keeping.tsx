import { getFormatter, getTranslations } from "next-intl/server";

import { slot } from "@/components/slot";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { DescriptionItem, DescriptionList } from "@/components/ui/description-list";
import { Ltr } from "@/components/ui/ltr";
import { Time } from "@/components/ui/time";
import { readAuditProtection } from "@/db/privacy/audit-protection";
import { readAuditDays } from "@/db/privacy/audit-rule";
import { readStreamStatus } from "@/db/privacy/audit-stream";
import { streamProblem } from "@/lib/audit-stream/problem";
import { parseStreamUrl } from "@/lib/audit-stream/target";
import { env } from "@/lib/env";

import { AuditRuleForm } from "./rule-form";

/** How long the events are kept. */
export async function AuditKeeping() {
  const [days, t] = await Promise.all([readAuditDays(), getTranslations("privacy.audit.rule")]);
  return (
    <Card title={t("title")} description={t("description")}>
      <AuditRuleForm saved={days} />
    </Card>
  );
}

/** Whether the events are also sent to a SIEM, how that goes, and what protects them in the database. */
export async function AuditSafety() {
  const [protection, t] = await Promise.all([readAuditProtection(), getTranslations("privacy.audit.safety")]);
  return (
    <Card title={t("title")} description={t("description")}>
      <DescriptionList>
        <Streaming />
        <DescriptionItem term={t("protection")}>
          <p>{t(`protectedBy.${protection}`)}</p>
          <p className="text-muted">{t(`protectedByHint.${protection}`)}</p>
        </DescriptionItem>
      </DescriptionList>
    </Card>
  );
}

async function Streaming() {
  const [stream, t, format] = await Promise.all([
    readStreamStatus(),
    getTranslations("privacy.audit.safety"),
    getFormatter(),
  ]);
  const target = env.AUDIT_STREAM_URL === undefined ? null : parseStreamUrl(env.AUDIT_STREAM_URL);
  if (target === null) {
    return (
      <DescriptionItem term={t("streaming")}>
        <Badge>{t("off")}</Badge> <span className="text-muted">{t("offHint")}</span>
      </DescriptionItem>
    );
  }
  const error = stream?.error ?? null;
  return (
    <>
      <DescriptionItem term={t("streaming")}>
        <Badge tone={error === null ? "success" : "danger"}>{t(error === null ? "on" : "failing")}</Badge>{" "}
        <Ltr>{target.host}</Ltr>
      </DescriptionItem>
      <DescriptionItem term={t("lastSent")}>
        {stream === null || stream.lastSentAt === null ? (
          t("nothingSent")
        ) : (
          <Time value={stream.lastSentAt} format="full" />
        )}
      </DescriptionItem>
      <DescriptionItem term={t("waiting")}>{format.number(stream?.waiting ?? 0)}</DescriptionItem>
      {error !== null && (
        <DescriptionItem term={t("problem")}>
          <p>{t(`problems.${streamProblem(error)}`)}</p>
          <p className="text-muted">
            {t.rich("again", {
              time: slot(<Time value={stream?.retryAt ?? null} format="full" />),
              code: slot(<Ltr>{error}</Ltr>),
            })}
          </p>
        </DescriptionItem>
      )}
    </>
  );
}
