import { CircleCheckBig, FlagTriangleRight, MessageCircleQuestionMark, Undo2, type LucideIcon } from "lucide-react";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";

import { slot } from "@/components/slot";
import { Card } from "@/components/ui/card";
import { FreeText } from "@/components/ui/free-text";
import { Time } from "@/components/ui/time";
import type { ReviewEntry } from "@/db/calls/reviews";
import type { ReviewDecision } from "@/lib/call/review";
import { maskTextFor, type NumberAccess } from "@/lib/phone/access";

import { reviewsOf } from "./reads";
import { ReviewForm } from "./review-form";

/** The decisions of people about a call, and the form for a new decision. */
export async function Review({
  callId,
  canDecide,
  userId,
  access,
  phoneNumber,
}: {
  callId: string;
  canDecide: boolean;
  userId: string;
  access: NumberAccess;
  /** The call's unmasked number, so that it can be found in notes and masked there. */
  phoneNumber: string | null;
}) {
  const [t, stored] = await Promise.all([getTranslations("call.review"), reviewsOf(callId)]);
  const entries = stored.map(({ note, ...entry }) =>
    Object.assign(entry, { note: note === null ? null : maskTextFor(access, note, phoneNumber) }),
  );
  const [latest] = entries;
  const storedNote = stored[0]?.note ?? null;
  const current = latest === undefined || latest.decision === "cleared" ? null : latest;
  return (
    <Card title={t("title")}>
      {canDecide ? (
        <ReviewForm
          // The key resets the form after a new decision.
          key={latest?.id ?? "none"}
          callId={callId}
          decision={current?.decision === "cleared" ? null : (current?.decision ?? null)}
          // A masked note would be saved as it is shown.
          note={current?.note === storedNote ? (storedNote ?? "") : ""}
        />
      ) : (
        <>
          {current !== null && <Entry entry={current} />}
          <p className="mt-1 text-muted">{t("readOnly")}</p>
        </>
      )}
      {entries.length > (canDecide ? 0 : 1) && (
        <details className="mt-3 border-t pt-2.5" open={entries.length <= 2}>
          <summary className="text-muted select-none hover:text-foreground">{t("history")}</summary>
          <ul className="mt-1 divide-y">
            {entries.map((entry) => (
              <li key={entry.id} className="py-2" data-own={entry.userId === userId || undefined}>
                <Entry entry={entry} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}

function Entry({ entry }: { entry: ReviewEntry }) {
  const t = useTranslations("call.facts");
  return (
    <div className="min-w-0">
      <DecisionLabel decision={entry.decision} />
      {entry.note !== null && (
        <p className="mt-0.5 break-words whitespace-pre-wrap">
          <bdi>
            <FreeText>{entry.note}</FreeText>
          </bdi>
        </p>
      )}
      <p className="mt-0.5 text-xs text-muted">
        {t.rich("by", {
          name: slot(<bdi>{entry.userName ?? t("someone")}</bdi>),
          time: slot(<Time value={entry.createdAt} />),
        })}
      </p>
    </div>
  );
}

const ICONS: Record<ReviewDecision, [LucideIcon, string]> = {
  resolved: [CircleCheckBig, "text-success"],
  follow_up: [FlagTriangleRight, "text-warning"],
  wrong_outcome: [MessageCircleQuestionMark, "text-info"],
  cleared: [Undo2, "text-subtle"],
};

/** The icon and the label of a decision. */
export function DecisionLabel({ decision }: { decision: ReviewDecision }) {
  const t = useTranslations("call.review.decision");
  const [Icon, color] = ICONS[decision];
  return (
    <span className="inline-flex items-center gap-1.5 text-sm">
      <Icon className={`size-4 shrink-0 ${color}`} aria-hidden />
      {t(decision)}
    </span>
  );
}
