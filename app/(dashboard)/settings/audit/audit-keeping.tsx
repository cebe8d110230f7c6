import { getTranslations } from "next-intl/server";

import { Card } from "@/components/ui/card";
import { readAuditDays } from "@/db/privacy/audit-rule";

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
