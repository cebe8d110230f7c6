import { getFormatter, getTranslations } from "next-intl/server";

import { slot } from "@/components/slot";
import { Badge } from "@/components/ui/badge";
import { Ltr } from "@/components/ui/ltr";
import { Table, TableScroll, Td, Th } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { jobProblem } from "@/lib/job-problem";
import { readRetentionStatus, RETENTION_RUN_KINDS } from "@/server/jobs/purge";

/** How the last run went, for each kind of data that has a rule, and when the next run follows. */
export async function RetentionStatus() {
  const [status, t, format] = await Promise.all([
    readRetentionStatus(),
    getTranslations("privacy.retention.run"),
    getFormatter(),
  ]);
  const runs = RETENTION_RUN_KINDS.flatMap((kind) => {
    const run = status?.kinds[kind];
    return run === undefined ? [] : [{ kind, ...run }];
  });
  return (
    <section className="mt-5 border-t pt-4">
      <h3 className="text-sm font-semibold">{t("title")}</h3>
      {status === null || runs.length === 0 ? (
        <p className="mt-1 text-sm text-muted">{t(status === null ? "never" : "none")}</p>
      ) : (
        <>
          <p className="mt-1 text-sm text-muted">
            {t.rich("at", {
              time: slot(<Time value={status.at} format="full" />),
              next: slot(<Time value={status.nextAt} format="full" />),
            })}
          </p>
          <div className="mt-3 overflow-hidden rounded-md border">
            <TableScroll label={t("title")}>
              <Table>
                <thead>
                  <tr>
                    <Th>{t("kind")}</Th>
                    <Th numeric>{t("deleted")}</Th>
                    <Th>{t("result")}</Th>
                  </tr>
                </thead>
                <tbody>
                  {runs.map(({ kind, deleted, skipped, error, isFinished }) => (
                    <tr key={kind}>
                      <Td>{t(`name.${kind}`)}</Td>
                      <Td numeric>{format.number(deleted)}</Td>
                      <Td className="whitespace-normal">
                        {error === null ? (
                          <Badge tone={isFinished ? "success" : "info"}>{t(isFinished ? "done" : "more")}</Badge>
                        ) : (
                          <span className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
                            <Badge tone="danger">{t("failed")}</Badge>
                            <span>
                              {t(`problem.${jobProblem(error)}`)} {t("left", { count: skipped })} {t("again")}
                            </span>
                            <span className="text-xs text-muted">
                              {t.rich("code", { code: slot(<Ltr>{error}</Ltr>) })}
                            </span>
                          </span>
                        )}
                      </Td>
                    </tr>
                  ))}
                </tbody>
              </Table>
            </TableScroll>
          </div>
        </>
      )}
    </section>
  );
}
