"use client";

import {
  Ellipsis,
  KeyRound,
  Link as LinkIcon,
  LogOut,
  ShieldOff,
  UserCheck,
  UserCog,
  UserRound,
  UserX,
  X,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";

import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem, MenuLink, MenuSeparator } from "@/components/ui/menu";
import { useAction } from "@/components/use-action";
import { useIsWithoutScripts } from "@/components/without-scripts";
import type { Person } from "@/db/people/users";

import {
  deactivate,
  type MadeLink,
  makeLink,
  reactivate,
  resetSecondFactor,
  revoke,
  signOutEverywhere,
} from "./actions";
import { MadeLinkPanel } from "./made-link";
import { PersonForms } from "./person-forms";
import { RoleDialog } from "./role-dialog";
import { useChangeLabels } from "./use-change-labels";

/** Changes that need a confirmation, because they delete data or end sessions. */
const CONFIRMED = {
  revoke: { change: revoke, danger: true },
  deactivate: { change: deactivate, danger: true },
  signOut: { change: signOutEverywhere, danger: false },
  resetSecondFactor: { change: resetSecondFactor, danger: true },
} as const;

type Confirmed = keyof typeof CONFIRMED;

/** Administrator actions for a user. */
export function PersonMenu({ person, own }: { person: Person; own: boolean }) {
  const t = useTranslations("people");
  const { run } = useAction({ words: useChangeLabels() });
  const [openDialog, setOpenDialog] = useState<Confirmed | "role" | "link" | null>(null);
  const [link, setLink] = useState<MadeLink | null>(null);
  const name = person.name || person.email;

  const makeNewLink = async () => {
    const answer = await run(() => makeLink(person.id));
    if (answer.ok) {
      setLink(answer.link);
    }
    return answer.ok;
  };
  const perform = async (what: Confirmed | "reactivate") => {
    const change = what === "reactivate" ? reactivate : CONFIRMED[what].change;
    const answer = await run(() => change(person.id));
    if (answer.ok) {
      toast.success(t(`done.${what}`, { name }));
    }
    return answer.ok;
  };

  if (useIsWithoutScripts()) {
    return own ? null : <PersonForms person={person} />;
  }
  const confirmed = openDialog === "role" || openDialog === "link" ? null : openDialog;
  return (
    <>
      <Menu
        trigger={
          <IconButton label={t("actionsFor", { name })}>
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        {own ? (
          <MenuLink href="/settings/account">
            <UserRound aria-hidden />
            {t("action.own")}
          </MenuLink>
        ) : (
          <PersonActions
            person={person}
            onOpenDialog={setOpenDialog}
            onNewInvitation={() => void makeNewLink()}
            onReactivate={() => void perform("reactivate")}
          />
        )}
      </Menu>
      <RoleDialog
        person={person}
        open={openDialog === "role"}
        onOpenChange={(open) => setOpenDialog(open ? "role" : null)}
      />
      <ConfirmDialog
        open={openDialog === "link"}
        onOpenChange={(open) => setOpenDialog(open ? "link" : null)}
        title={t("confirm.reset.title", { name })}
        description={t("confirm.reset.description")}
        confirmLabel={t("confirm.reset.submit")}
        onConfirm={makeNewLink}
      />
      {confirmed !== null && (
        <ConfirmDialog
          open
          onOpenChange={(open) => !open && setOpenDialog(null)}
          title={t(`confirm.${confirmed}.title`, { name })}
          description={t(`confirm.${confirmed}.description`)}
          confirmLabel={t(`confirm.${confirmed}.submit`)}
          danger={CONFIRMED[confirmed].danger}
          onConfirm={() => perform(confirmed)}
        />
      )}
      <Dialog
        open={link !== null}
        onOpenChange={(open) => !open && setLink(null)}
        title={t(`made.title.${link?.purpose ?? "invite"}`)}
        footer={<DialogClose>{t("invite.done")}</DialogClose>}
      >
        {link !== null && <MadeLinkPanel link={link} />}
      </Dialog>
    </>
  );
}

function PersonActions({
  person,
  onOpenDialog,
  onNewInvitation,
  onReactivate,
}: {
  person: Person;
  onOpenDialog: (dialog: Confirmed | "role" | "link") => void;
  onNewInvitation: () => void;
  onReactivate: () => void;
}) {
  const t = useTranslations("people.action");
  if (person.state === "deactivated") {
    return (
      <>
        <MenuItem onClick={onReactivate}>
          <UserCheck aria-hidden />
          {t("reactivate")}
        </MenuItem>
        <MenuItem onClick={() => onOpenDialog("role")}>
          <UserCog aria-hidden />
          {t("role")}
        </MenuItem>
      </>
    );
  }
  if (person.state === "invited") {
    return (
      <>
        <MenuItem onClick={onNewInvitation}>
          <LinkIcon aria-hidden />
          {t("newInvitation")}
        </MenuItem>
        <MenuItem onClick={() => onOpenDialog("role")}>
          <UserCog aria-hidden />
          {t("role")}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onClick={() => onOpenDialog("revoke")}>
          <X aria-hidden />
          {t("revoke")}
        </MenuItem>
      </>
    );
  }
  return (
    <>
      <MenuItem onClick={() => onOpenDialog("role")}>
        <UserCog aria-hidden />
        {t("role")}
      </MenuItem>
      <MenuItem onClick={() => onOpenDialog("link")}>
        <KeyRound aria-hidden />
        {t("reset")}
      </MenuItem>
      {person.twoFactorEnabled && (
        <MenuItem onClick={() => onOpenDialog("resetSecondFactor")}>
          <ShieldOff aria-hidden />
          {t("resetSecondFactor")}
        </MenuItem>
      )}
      <MenuItem onClick={() => onOpenDialog("signOut")}>
        <LogOut className="rtl-flip" aria-hidden />
        {t("signOut")}
      </MenuItem>
      <MenuSeparator />
      <MenuItem danger onClick={() => onOpenDialog("deactivate")}>
        <UserX aria-hidden />
        {t("deactivate")}
      </MenuItem>
    </>
  );
}
