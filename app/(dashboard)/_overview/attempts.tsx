import { useFormatter, useTranslations } from "next-intl";
import { use } from "react";

import { SendContentOnce } from "@/components/send-content-once";
import { Card } from "@/components/ui/card";
import { Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";
import type { OverviewView } from "@/lib/statistics/overview-view";
import { partHref, PARTS } from "@/lib/statistics/part";
import type { AttemptFigures, Summary } from "@/lib/statistics/summary";

import { Bar, NumberLink, numberLink, Share } from "./numbers";

const SHOWN = 10;

/** What each attempt is worth: the dials of every attempt number, and how many of them reached the customer. */
export function Attempts({ view, summary: promise }: { view: OverviewView; summary: Promise<Summary> }) {
  const t = useTranslations("overview.attempts");
  const { attempts } = use(promise);
  const most = Math.max(1, ...attempts.map(({ dials }) => dials));
  const shown = attempts.slice(0, SHOWN);
  const hidden = attempts.length - shown.length;
  return (
    <Card
      title={t("title")}
      description={t("description")}
      flush
      {...(hidden > 0 ? { footer: t("more", { count: hidden }) } : {})}
    >
      {attempts.length === 0 ? (
        <p className="px-4 pb-4 text-sm text-muted">{t("none")}</p>
      ) : (
        <TableScroll label={t("title")}>
          <SendContentOnce>
            <Table>
              <thead>
                <tr>
                  <Th>{t("attempt")}</Th>
                  <Th numeric>{t("dials")}</Th>
                  <Th numeric>{t("reached")}</Th>
                </tr>
              </thead>
              <tbody>
                {shown.map((each) => (
                  <AttemptRow key={String(each.attempt)} {...each} view={view} most={most} />
                ))}
              </tbody>
            </Table>
          </SendContentOnce>
        </TableScroll>
      )}
    </Card>
  );
}

function AttemptRow({ attempt, dials, reached, view, most }: AttemptFigures & { view: OverviewView; most: number }) {
  const t = useTranslations("overview.attempts");
  const format = useFormatter();
  const dialsHref = partHref(view.filter, { ...PARTS.dials, attempt });
  return (
    <Tr>
      <th scope="row" className="row-name">
        {attempt === null ? <span className="text-muted">{t("unknown")}</span> : t("nth", { attempt })}
      </th>
      <Td numeric className="font-medium">
        <NumberLink href={dialsHref}>{format.number(dials)}</NumberLink>
        <Bar share={dials / most} tone="subtle" isShort />
      </Td>
      <Td numeric>
        <NumberLink
          href={reached > 0 ? partHref(view.filter, { ...PARTS.reached, attempt }) : undefined}
          className="font-medium"
        >
          <Share rate={{ part: reached, whole: dials }} none="" />
        </NumberLink>{" "}
        <span className="of">{t.rich("of", { count: dials, link: numberLink(dialsHref) })}</span>
        <Bar share={reached / dials} tone="accent" isShort />
      </Td>
    </Tr>
  );
}
