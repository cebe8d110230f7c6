import { useTranslations } from "next-intl";

import { Time } from "@/components/ui/time";
import type { ListedApiAnswer } from "@/db/deliveries/api-answers";
import { callPartHref } from "@/lib/call/link";
import type { NumberAccess } from "@/lib/phone/access";

import { ByteSize } from "../../deliveries/byte-size";
import { FlagList } from "./flag-list";
import { RawBody } from "./raw-body";

/** The kept answers of the vendor's API, as items of the call's history. */
export function ApiAnswers({
  callId,
  answers,
  access,
  canOpen,
}: {
  callId: string;
  answers: readonly ListedApiAnswer[];
  access: NumberAccess;
  canOpen: boolean;
}) {
  const t = useTranslations("call.history");
  return answers.map((answer) => (
    <li key={answer.id} className="space-y-1 px-4 py-2.5">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="flex-1">{t("answer")}</span>
        <Time value={answer.answeredAt} format="compact" className="text-xs text-muted" />
      </div>
      <p className="text-xs text-muted">
        <ByteSize bytes={answer.size} />
      </p>
      <FlagList flags={answer.flags} access={access} />
      {canOpen && <RawBody path={callPartHref(callId, "answers", answer.id)} />}
    </li>
  ));
}
