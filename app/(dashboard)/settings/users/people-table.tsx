import { Ban, CircleCheck, Hourglass, type LucideIcon, ShieldCheck, TimerOff } from "lucide-react";
import { useTranslations } from "next-intl";

import { slot } from "@/components/slot";
import { Badge, type BadgeProps } from "@/components/ui/badge";
import { Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { Person } from "@/db/people/users";

import { PersonMenu } from "./person-menu";

/** A table of all users. */
export function PeopleTable({ people, ownId }: { people: Person[]; ownId: string }) {
  const t = useTranslations("people");
  return (
    <TableScroll label={t("title")} className="rounded-lg">
      <Table>
        <thead>
          <tr>
            <Th className="rounded-ss-lg">{t("column.person")}</Th>
            <Th className="max-md:hidden">{t("column.role")}</Th>
            <Th className="max-md:hidden">{t("column.state")}</Th>
            <Th className="max-lg:hidden">{t("column.lastSeen")}</Th>
            <Th className="max-xl:hidden">{t("column.secondFactor")}</Th>
            <Th className="rounded-se-lg">
              <span className="sr-only">{t("column.actions")}</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <PersonRow key={person.id} person={person} own={person.id === ownId} />
          ))}
        </tbody>
      </Table>
    </TableScroll>
  );
}

function PersonRow({ person, own }: { person: Person; own: boolean }) {
  const t = useTranslations("people");
  const role = useTranslations("shell.role");
  return (
    <Tr>
      <Td className="w-full max-w-0 min-w-48">
        <span className="flex items-center gap-2">
          <bdi title={person.name || person.email} className="truncate font-medium">
            {person.name || person.email}
          </bdi>
          {own && <Badge tone="accent">{t("you")}</Badge>}
        </span>
        {person.name !== "" && (
          <bdi dir="ltr" title={person.email} className="block truncate text-start text-xs text-muted rtl:text-end">
            {person.email}
          </bdi>
        )}
        <span className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 md:hidden">
          <span className="text-xs text-muted">{role(person.role)}</span>
          <StateBadge person={person} />
        </span>
      </Td>
      <Td className="whitespace-nowrap max-md:hidden">{role(person.role)}</Td>
      <Td className="max-md:hidden">
        <StateBadge person={person} />
        <LinkState person={person} />
      </Td>
      <Td className="whitespace-nowrap max-lg:hidden">
        {person.lastSeenAt === null ? (
          <span className="text-subtle">{t("never")}</span>
        ) : (
          <Time value={person.lastSeenAt} />
        )}
      </Td>
      <Td className="whitespace-nowrap max-xl:hidden">
        <SecondFactor person={person} />
      </Td>
      <Td className="text-end">
        <PersonMenu person={person} own={own} />
      </Td>
    </Tr>
  );
}

const STATES = {
  invited: { tone: "info", icon: Hourglass },
  expired: { tone: "warning", icon: TimerOff },
  active: { tone: "success", icon: CircleCheck },
  deactivated: { tone: "neutral", icon: Ban },
} as const satisfies Record<string, { tone: BadgeProps["tone"]; icon: LucideIcon }>;

function StateBadge({ person }: { person: Person }) {
  const t = useTranslations("people.state");
  const state = person.state === "invited" && person.linkExpiresAt === null ? "expired" : person.state;
  const { tone, icon: Icon } = STATES[state];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {t(state)}
    </Badge>
  );
}

/** When the user's link expires; nothing if there is no valid link. */
function LinkState({ person }: { person: Person }) {
  const t = useTranslations("people");
  if (person.linkExpiresAt === null) {
    return null;
  }
  return (
    <span className="mt-0.5 block text-xs whitespace-nowrap text-muted">
      {t.rich(person.state === "invited" ? "inviteUntil" : "resetUntil", {
        time: slot(<Time value={person.linkExpiresAt} />),
      })}
    </span>
  );
}

function SecondFactor({ person }: { person: Person }) {
  const t = useTranslations("people.secondFactor");
  if (person.twoFactorEnabled) {
    return (
      <span className="inline-flex items-center gap-1.5">
        <ShieldCheck className="size-4 text-success-text" aria-hidden />
        {t("on")}
      </span>
    );
  }
  if (person.hasSingleSignOn && !person.hasPassword) {
    return <span className="text-muted">{t("elsewhere")}</span>;
  }
  return <span className="text-subtle">{t("off")}</span>;
}
