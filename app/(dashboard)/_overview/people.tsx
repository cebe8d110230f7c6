import { useFormatter } from "next-intl";
import { getFormatter, getTranslations } from "next-intl/server";

import { SendContentOnce } from "@/components/send-content-once";
import { readPeople } from "@/db/statistics/people";
import type { ContactState } from "@/lib/call/contact";
import { peopleRate } from "@/lib/statistics/figures";
import type { OverviewView } from "@/lib/statistics/overview-view";
import { contactsHref } from "@/lib/statistics/part";

import { NumberLink } from "./numbers";
import { RateTile, Tile } from "./tile";
import { TileStrip } from "./tile-strip";

/** The people behind the dials: how many of those whose contact is over were reached, and the contacts that are not over. */
export async function People({ view }: { view: OverviewView }) {
  const { filter, period } = view;
  const [{ current, previous }, t, format] = await Promise.all([
    readPeople(filter, period, period.previous),
    getTranslations("overview.tile"),
    getFormatter(),
  ]);
  const href = (...state: ContactState[]) => contactsHref(filter, { state });
  const hrefBefore =
    period.previous === null ? undefined : contactsHref(filter, { state: ["reached"], range: period.previous });
  return (
    <SendContentOnce>
      <TileStrip aria-label={t("peopleLabel")} of="people">
        <RateTile
          name="people"
          now={peopleRate(current)}
          before={previous && peopleRate(previous)}
          links={[href("reached"), href("reached", "not_reached"), hrefBefore]}
        />
        {(["trying", "not_reached", "called_off"] as const).map((state) => (
          <Tile
            key={state}
            label={t(`${state}.label`)}
            hint={t(`${state}.hint`)}
            value={<Count count={current[state]} href={href(state)} />}
            detail={previous === null ? null : t("before", { count: format.number(previous[state]) })}
          />
        ))}
      </TileStrip>
    </SendContentOnce>
  );
}

function Count({ count, href }: { count: number; href: string | undefined }) {
  const format = useFormatter();
  return <NumberLink href={count > 0 ? href : undefined}>{format.number(count)}</NumberLink>;
}
