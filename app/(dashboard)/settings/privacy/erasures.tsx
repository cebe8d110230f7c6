import { getTranslations } from "next-intl/server";

import { RefreshWhile } from "@/components/refresh-while";
import { Badge } from "@/components/ui/badge";
import { buttonClass } from "@/components/ui/button-class";
import { Ltr } from "@/components/ui/ltr";
import { Spinner } from "@/components/ui/spinner";
import { Table, TableScroll, Td, Th } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { listErasures } from "@/db/privacy/erasures";

/** Lists the latest erasures, with a certificate for each finished one. */
export async function Erasures() {
  const [erasures, t] = await Promise.all([listErasures(), getTranslations("privacy.erasure")]);
  if (erasures.length === 0) {
    return <p className="mt-5 text-sm text-muted">{t("none")}</p>;
  }
  return (
    <div className="mt-5 overflow-hidden rounded-md border">
      {erasures.some(({ state }) => state === "running") && <RefreshWhile everySeconds={2} />}
      <TableScroll label={t("list")}>
        <Table>
          <thead>
            <tr>
              <Th>{t("time")}</Th>
              <Th>{t("number")}</Th>
              <Th>{t("state")}</Th>
              <Th numeric>{t("callsColumn")}</Th>
              <Th numeric>{t("redactedColumn")}</Th>
              <Th>{t("by")}</Th>
              <Th>
                <span className="sr-only">{t("certificate")}</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {erasures.map((erasure) => (
              <tr key={erasure.id}>
                <Td>
                  <Time value={erasure.requestedAt} />
                </Td>
                <Td>
                  <Ltr>{erasure.masked}</Ltr>
                </Td>
                <Td>
                  {erasure.state === "running" ? (
                    <span className="flex items-center gap-2 whitespace-nowrap">
                      <Spinner />
                      {t(`step.${erasure.step}`)}
                    </span>
                  ) : (
                    <Badge tone={erasure.state === "done" ? "success" : "danger"}>{t(erasure.state)}</Badge>
                  )}
                </Td>
                <Td numeric>{erasure.callsDeleted}</Td>
                <Td numeric>{erasure.callsRedacted}</Td>
                <Td>{erasure.repeatOf === null ? <bdi>{erasure.requestedBy}</bdi> : t("repeated")}</Td>
                <Td>
                  {erasure.state === "done" && (
                    <a
                      href={`/settings/privacy/erasures/${erasure.id}`}
                      download
                      className={buttonClass({ variant: "ghost", size: "sm" })}
                    >
                      {t("certificate")}
                    </a>
                  )}
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      </TableScroll>
    </div>
  );
}
