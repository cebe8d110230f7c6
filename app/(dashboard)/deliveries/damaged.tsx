import type { Route } from "next";
import { getTranslations } from "next-intl/server";
import Link from "next/link";

import { Card } from "@/components/ui/card";
import { Id } from "@/components/ui/ltr";
import { Time } from "@/components/ui/time";
import { readDamagedRecords } from "@/server/ingest/damaged";

import { ByteSize } from "./byte-size";
import { DamagedButtons } from "./damaged-buttons";

/** For administrators: the damaged records of the spool, where they are, and what can be done. Nothing if there are none. */
export async function Damaged() {
  const { folder, total, records } = await readDamagedRecords();
  if (records.length === 0) {
    return null;
  }
  const t = await getTranslations("deliveries.damaged");
  return (
    <Card id="damaged" title={t("title", { count: total })} description={t("description")}>
      <ol className="list-decimal space-y-1 ps-5 text-sm text-muted">
        <li>
          {t("stepImport")}{" "}
          <Link href={"/settings/import" as Route} className="font-medium underline underline-offset-2">
            {t("import")}
          </Link>
        </li>
        <li>{t("stepRetry")}</li>
        <li>{t("stepDelete")}</li>
      </ol>
      <p className="mt-2 text-sm text-muted">
        {t("folder")} <Id>{folder}</Id>
      </p>
      <ul className="mt-2 -mb-2">
        {records.map(({ name, bytes, keptAt, callId }) => (
          <li key={name} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t py-2 text-sm">
            <div className="min-w-0 flex-1 basis-72">
              <Id className="block">{name}</Id>
              <span className="text-muted">
                {callId === null ? (
                  t("callUnknown")
                ) : (
                  <>
                    {t("call")} <Id>{callId}</Id>
                  </>
                )}
              </span>
            </div>
            <ByteSize bytes={bytes} />
            <Time value={keptAt} />
            <DamagedButtons name={name} />
          </li>
        ))}
        {total > records.length && (
          <li className="border-t py-2 text-sm text-muted">{t("more", { count: total - records.length })}</li>
        )}
      </ul>
    </Card>
  );
}
