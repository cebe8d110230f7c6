import { CircleCheck, CircleDashed, CircleMinus } from "lucide-react";
import { useTranslations } from "next-intl";

import { JsonTree } from "@/components/json-tree";
import { slot } from "@/components/slot";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { FreeText } from "@/components/ui/free-text";
import { Time } from "@/components/ui/time";
import type { Json } from "@/lib/call/facts";
import { readReport, type TypedReport } from "@/lib/call/report";
import { isSilent } from "@/lib/text/silence";

import { GoalBadge } from "../../_call/goal-badge";
import { CallbackVerdict } from "./callback";
import { UnknownForm } from "./unknown-form";

/**
 * The vendor's report on a call: the known form as text, any other object as a tree. A report that is no object came in a form that Callboard does
 * not know, and is shown as it came.
 */
export function Report({
  report,
  heardAt,
  isReached,
}: {
  report: Json | null;
  /** When the call was last heard of. */
  heardAt: Date;
  isReached: boolean;
}) {
  const t = useTranslations("call.report");
  if (isSilent(report)) {
    return (
      <Card title={t("title")}>
        <p className="text-muted">
          {t("none")}. {isReached ? t("noneReached") : t("noneNotReached")}
        </p>
      </Card>
    );
  }
  if (typeof report !== "object" || Array.isArray(report)) {
    return (
      <Card title={t("title")}>
        <UnknownForm value={report} />
      </Card>
    );
  }
  const { typed, callback, rest } = readReport(report, heardAt);
  return (
    <Card title={t("title")}>
      {typed !== null && <Typed report={typed} />}
      {callback !== null && <CallbackVerdict callback={callback} />}
      {rest !== null && (
        <>
          {(typed !== null || callback !== null) && <h3 className="mt-3 border-t pt-3 text-muted">{t("other")}</h3>}
          <JsonTree value={rest} />
        </>
      )}
      {typed?.generatedAt && (
        <p className="mt-3 text-xs text-subtle">
          {t.rich("generated", { time: slot(<Time value={typed.generatedAt} />) })}
        </p>
      )}
    </Card>
  );
}

function Typed({ report: { status, reason, criteria } }: { report: TypedReport }) {
  const t = useTranslations("call.report");
  return (
    <div className="space-y-3">
      <GoalBadge status={status} className="font-medium" />
      {reason !== null && (
        <p dir="auto" className="text-base break-words whitespace-pre-wrap">
          <FreeText>{reason}</FreeText>
        </p>
      )}
      {criteria.length > 0 && (
        <div>
          <h3 className="text-muted">{t("criteria")}</h3>
          <ul className="mt-1 divide-y">
            {criteria.map((criterion, index) => (
              // Criteria may have equal texts.
              // oxlint-disable-next-line react/no-array-index-key
              <Criterion key={index} criterion={criterion} />
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function Criterion({ criterion: { text, achieved, isPrimary } }: { criterion: TypedReport["criteria"][number] }) {
  const t = useTranslations("call.report");
  const [Icon, color, label] =
    achieved === null
      ? [CircleDashed, "text-subtle", t("notJudged")]
      : achieved
        ? [CircleCheck, "text-success", t("achieved")]
        : [CircleMinus, "text-danger", t("notAchieved")];
  return (
    <li className="flex items-start gap-2.5 py-2">
      <span title={label} className="mt-0.5 shrink-0">
        <Icon className={`size-4 ${color}`} aria-hidden />
        <span className="sr-only">{label}</span>
      </span>
      <span dir="auto" className="min-w-0 flex-1 break-words">
        <FreeText>{text}</FreeText>
      </span>
      {isPrimary && <Badge tone="accent">{t("primary")}</Badge>}
    </li>
  );
}
