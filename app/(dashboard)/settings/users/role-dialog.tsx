"use client";

import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { toast } from "sonner";

import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import type { Person } from "@/db/people/users";
import type { Role } from "@/lib/people/role";

import { setRole } from "./actions";
import { RoleChoice } from "./role-choice";
import { notReached, useRefusal } from "./use-refusal";

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
  const sayRefusal = useRefusal();
  const [chosen, setChosen] = useState<Role>(person.role);
  const [isPending, startTransition] = useTransition();
  const close = (next: boolean) => {
    setChosen(person.role);
    onOpenChange(next);
  };
  const save = () =>
    startTransition(async () => {
      const answer = await setRole(person.id, chosen).catch(notReached);
      if (answer.ok) {
        toast.success(t("done", { name: person.name || person.email, role: name(chosen) }));
        onOpenChange(false);
      } else {
        sayRefusal(answer.reason);
      }
    });
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={t("title", { name: person.name || person.email })}
      description={t("description")}
      footer={
        <>
          <DialogClose>{t("cancel")}</DialogClose>
          <Button variant="primary" pending={isPending} disabled={!isPending && chosen === person.role} onClick={save}>
            {t("submit")}
          </Button>
        </>
      }
    >
      <RoleChoice value={chosen} onChange={setChosen} current={person.role} />
    </Dialog>
  );
}
