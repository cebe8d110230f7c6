import { Check, Minus } from "lucide-react";
import { useTranslations } from "next-intl";

import { Card } from "@/components/ui/card";
import { Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";
import { includesRole, type Role, ROLES } from "@/lib/people/role";

/** Each right, and the lowest role that has it. */
const RIGHTS = [
  ["statistics", "viewer"],
  ["transcripts", "viewer"],
  ["numbers", "operator"],
  ["recordings", "operator"],
  ["export", "operator"],
  ["followUp", "operator"],
  ["administer", "administrator"],
] as const satisfies readonly (readonly [string, Role])[];

/** A table of the rights of each role. `isAlone`: there is only one user. */
export function RoleGuide({ isAlone }: { isAlone: boolean }) {
  const t = useTranslations("people.guide");
  const role = useTranslations("shell.role");
  return (
    <Card title={t("title")} description={isAlone ? t("descriptionAlone") : t("description")} flush>
      <TableScroll label={t("title")}>
        <Table>
          <thead>
            <tr>
              <Th>
                <span className="sr-only">{t("right")}</span>
              </Th>
              {ROLES.map((name) => (
                <Th key={name} className="text-center [--cell-x:0.375rem] sm:w-28">
                  {role(name)}
                </Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {RIGHTS.map(([right, needed]) => (
              <Tr key={right}>
                <Th
                  scope="row"
                  className="bg-transparent py-1.5 font-normal whitespace-normal text-foreground [tr:last-child>&]:border-b-0"
                >
                  {t(`rights.${right}`)}
                </Th>
                {ROLES.map((name) => (
                  <Td key={name} className="text-center [--cell-x:0.375rem]">
                    {includesRole(name, needed) ? (
                      <Check className="mx-auto size-4 text-success-text" aria-label={t("yes")} />
                    ) : (
                      <Minus className="mx-auto size-4 text-subtle" aria-label={t("no")} />
                    )}
                  </Td>
                ))}
              </Tr>
            ))}
          </tbody>
        </Table>
      </TableScroll>
    </Card>
  );
}
