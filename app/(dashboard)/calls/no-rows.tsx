import { PhoneIncoming, SearchX } from "lucide-react";
import type { Route } from "next";
import { getTranslations } from "next-intl/server";

import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { countCalls } from "@/db/calls/list";
import { countContacts } from "@/db/contacts/list";
import { type CallFilter, NO_FILTER } from "@/lib/call/filter";
import { isFiltered } from "@/lib/call/filter-params";
import { callsHref } from "@/lib/call/link";
import type { CallListView } from "@/lib/call/list-view";
import { includesRole, type Role } from "@/lib/people/role";

import { ConnectVendor } from "../connect-vendor";

/** Why a list is empty: its page has moved, nothing matches the filter, or there are no calls yet. */
export async function NoRows({ filter, view, role }: { filter: CallFilter; view: CallListView; role: Role }) {
  const [t, tContacts] = await Promise.all([getTranslations("calls.empty"), getTranslations("contacts.empty")]);
  const isByContact = view.by === "contacts";
  const countRows = isByContact ? countContacts : countCalls;
  if (view.cursor !== null && (await countRows(filter)).count > 0) {
    return (
      <Card>
        <EmptyState
          icon={SearchX}
          title={t("placeTitle")}
          action={
            <LinkButton href={callsHref(filter, { ...view, cursor: null }) as Route}>{t("firstPage")}</LinkButton>
          }
        >
          {isByContact ? tContacts("placeBody") : t("placeBody")}
        </EmptyState>
      </Card>
    );
  }
  if (isFiltered(filter)) {
    return (
      <Card>
        <EmptyState
          icon={SearchX}
          title={isByContact ? tContacts("matchTitle") : t("matchTitle")}
          action={<LinkButton href={callsHref(NO_FILTER, { ...view, cursor: null }) as Route}>{t("clear")}</LinkButton>}
        >
          {t("matchBody")}
        </EmptyState>
      </Card>
    );
  }
  const isAdministrator = includesRole(role, "administrator");
  return (
    <Card>
      <EmptyState icon={PhoneIncoming} title={t("noneTitle")} action={isAdministrator && <ConnectVendor />}>
        {t(isAdministrator ? "noneBody" : "noneBodyOthers")}
      </EmptyState>
    </Card>
  );
}
