import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { ClientMessages } from "@/components/client-messages";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { listUsers } from "@/db/people/users";
import { requirePage } from "@/server/auth/gates";

import { InviteDialog } from "./invite-dialog";
import { PeopleTable } from "./people-table";
import { RoleGuide } from "./role-guide";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("people");
  return { title: t("title") };
}

export default async function UsersPage({ searchParams }: PageProps<"/settings/users">) {
  const me = await requirePage("administrator");
  const [{ form }, people, t] = await Promise.all([searchParams, listUsers(), getTranslations("people")]);
  const isAlone = people.length === 1;
  return (
    <ClientMessages of={["people"]}>
      <PageHeader
        title={t("title")}
        description={t("description")}
        namesZone
        actions={form !== "invite" && <InviteDialog />}
      />
      <div className="space-y-4">
        {form === "invite" && <InviteDialog isInline />}
        <Card flush>
          <PeopleTable people={people} ownId={me.id} />
        </Card>
        <RoleGuide isAlone={isAlone} />
      </div>
    </ClientMessages>
  );
}
