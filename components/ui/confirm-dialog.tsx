"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useTranslations } from "next-intl";
import { type ReactElement, type ReactNode, useState } from "react";

import { cn } from "@/components/cn";

import { Button } from "./button";
import { buttonClass } from "./button-class";
import { backdropClass, dialogClass } from "./dialog-class";

/**
 * Asks for confirmation of an action that cannot be undone or has effects outside Callboard. `onConfirm` may return a promise:
 * the dialog stays open with a pending button until the promise settles, and stays open if it resolves to `false`.
 */
export function ConfirmDialog({
  title,
  description,
  confirmLabel,
  danger = false,
  trigger,
  open,
  onOpenChange,
  onConfirm,
  children,
}: {
  title: ReactNode;
  /** All consequences: counts, names, what cannot be undone. */
  description: ReactNode;
  confirmLabel: ReactNode;
  danger?: boolean;
  trigger?: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  onConfirm: () => void | boolean | Promise<void | boolean>;
  children?: ReactNode;
}) {
  const t = useTranslations("common.action");
  const [ownOpen, setOwnOpen] = useState(false);
  const [pending, setPending] = useState(false);
  const isOpen = open ?? ownOpen;
  const setOpen = (next: boolean) => {
    setOwnOpen(next);
    onOpenChange?.(next);
  };
  // Not a transition: a navigation waits for every pending transition, so `onConfirm` could not lead to another page.
  const confirm = async () => {
    setPending(true);
    try {
      if ((await onConfirm()) !== false) {
        setOpen(false);
      }
    } finally {
      setPending(false);
    }
  };
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(next) => !pending && setOpen(next)}>
      {trigger !== undefined && <AlertDialog.Trigger render={trigger} />}
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={backdropClass} />
        <AlertDialog.Viewport className="fixed inset-0 z-50 grid place-items-end overflow-y-auto sm:place-items-center sm:p-6">
          <AlertDialog.Popup className={cn(dialogClass, "max-w-md")}>
            <div className="p-5">
              <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
              <AlertDialog.Description className="mt-1.5 text-base text-muted">{description}</AlertDialog.Description>
              {children !== undefined && <div className="mt-4">{children}</div>}
            </div>
            <div className="flex flex-col-reverse gap-2 border-t bg-sunken/60 px-5 py-3 sm:flex-row sm:justify-end sm:rounded-b-xl">
              <AlertDialog.Close className={buttonClass({ variant: "secondary" })}>{t("cancel")}</AlertDialog.Close>
              <Button variant={danger ? "danger" : "primary"} pending={pending} onClick={confirm}>
                {confirmLabel}
              </Button>
            </div>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
