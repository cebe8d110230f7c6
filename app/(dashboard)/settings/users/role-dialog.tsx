"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";

import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { useAction } from "@/components/use-action";
import type { Person } from "@/db/people/users";
import type { Role } from "@/lib/people/role";

import { setRole } from "./actions";
import { RoleChoice } from "./role-choice";
import { useChangeLabels } from "./use-change-labels";

export function RoleDialog({
  person,
  open,
  onOpenChange,
}: {
  person: Person;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useTranslations("people.role");
  const name = useTranslations("shell.role");
  const [chosen, setChosen] = useState<Role>(person.role);
  const { run, pending } = useAction({ words: useChangeLabels() });
  const close = (next: boolean) => {
    setChosen(person.role);
    onOpenChange(next);
  };
  const save = async () => {
    const answer = await run(() => setRole({ id: person.id, role: chosen }));
    if (answer.ok) {
      toast.success(t("done", { name: person.name || person.email, role: name(chosen) }));
      onOpenChange(false);
    }
  };
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={t("title", { name: person.name || person.email })}
      description={t("description")}
      footer={
        <>
          <DialogClose>{t("cancel")}</DialogClose>
          <Button variant="primary" pending={pending} disabled={!pending && chosen === person.role} onClick={save}>
            {t("submit")}
          </Button>
        </>
      }
    >
      <RoleChoice value={chosen} onChange={setChosen} current={person.role} />
    </Dialog>
  );
}
