import { useTranslations } from "next-intl";

import { slot } from "@/components/slot";
import { Notice } from "@/components/ui/notice";
import { Time } from "@/components/ui/time";
import type { Call } from "@/db/schema/calls";

/** Says plainly that a call was never dialled, when it was called off, and for when it was booked. Renders nothing for any other call. */
export function NotDialled({ call }: { call: Call }) {
  const t = useTranslations("contacts.notDialledNotice");
  if (call.dialResult !== "not_dialled") {
    return null;
  }
  const ending = call.outcome ?? call.status;
  const isOver = ending === "cancelled" || ending === "expired";
  const at = call.calledOffAt ?? call.updatedAt;
  const booked = { time: slot(<Time value={call.scheduledAt} format="full" />) };
  return (
    <Notice title={t(isOver ? "title" : "titleYet")}>
      {isOver && (
        <>{at === null ? t(`${ending}Sometime`) : t.rich(ending, { time: slot(<Time value={at} format="full" />) })} </>
      )}
      {call.scheduledAt === null ? t("bookedUnknown") : t.rich(isOver ? "wasBooked" : "isBooked", booked)}
    </Notice>
  );
}
