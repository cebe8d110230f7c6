"use client";

import { useTranslations } from "next-intl";

import { ActionButton } from "@/components/action-button";
import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import { useActionForm } from "@/components/use-action-form";
import type { Person } from "@/db/people/users";
import { ROLES } from "@/lib/people/role";

import { deactivate, makeLink, reactivate, resetSecondFactor, revoke, setRole, signOutEverywhere } from "./actions";
import { MadeLinkPanel } from "./made-link";
import { useChangeLabels } from "./use-change-labels";

/** What `PersonMenu` offers, as forms without confirmations, for browsers without scripts. */
export function PersonForms({ person }: { person: Person }) {
  const t = useTranslations("people.action");
  const tRole = useTranslations("people.role");
  const roleName = useTranslations("shell.role");
  const words = useChangeLabels();
  const role = useActionForm(setRole, { words });
  const link = useActionForm(makeLink, { words });
  const { id, state } = person;
  const button = { fields: { id }, words, size: "xs" as const, onPress: doNothing };
  return (
    <div className="flex min-w-64 flex-wrap items-start justify-end gap-1.5 text-start">
      <form action={role.submit} className="flex gap-1.5">
        <input type="hidden" name="id" value={id} />
        <Select
          name="role"
          aria-label={t("role")}
          defaultValue={person.role}
          options={ROLES.map((one) => ({ value: one, label: roleName(one) }))}
        />
        <Button type="submit" size="xs">
          {tRole("submit")}
        </Button>
      </form>
      <RefusalNotice refusal={role.refusal ?? link.refusal} />
      {state === "deactivated" ? (
        <ActionButton action={reactivate} {...button}>
          {t("reactivate")}
        </ActionButton>
      ) : (
        <>
          <form action={link.submit}>
            <input type="hidden" name="id" value={id} />
            <Button type="submit" size="xs">
              {t(state === "invited" ? "newInvitation" : "reset")}
            </Button>
          </form>
          {state === "invited" ? (
            <ActionButton action={revoke} {...button} variant="danger-quiet">
              {t("revoke")}
            </ActionButton>
          ) : (
            <>
              {person.twoFactorEnabled && (
                <ActionButton action={resetSecondFactor} {...button}>
                  {t("resetSecondFactor")}
                </ActionButton>
              )}
              <ActionButton action={signOutEverywhere} {...button}>
                {t("signOut")}
              </ActionButton>
              <ActionButton action={deactivate} {...button} variant="danger-quiet">
                {t("deactivate")}
              </ActionButton>
            </>
          )}
        </>
      )}
      {link.answer?.ok && <MadeLinkPanel link={link.answer.link} />}
    </div>
  );
}

/** These buttons are only rendered where no script runs. */
function doNothing() {}
