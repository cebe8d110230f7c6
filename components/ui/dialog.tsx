"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { createContext, type ReactElement, type ReactNode, use } from "react";

import { cn } from "@/components/cn";

import { buttonClass } from "./button-class";
import { Card } from "./card";
import { backdropClass, dialogClass } from "./dialog-class";

/**
 * A modal dialog. Open it with `trigger` (a button element) or with `open` and `onOpenChange`. It takes the focus, closes on
 * Escape and then restores the focus.
 */
export function Dialog({
  title,
  description,
  trigger,
  open,
  onOpenChange,
  inlineHref,
  footer,
  className,
  children,
}: {
  title: ReactNode;
  description?: ReactNode;
  trigger?: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** Shows the content in its place on the page, for browsers without scripts. Closing it leads to this URL. */
  inlineHref?: string;
  /** Buttons; the primary button is the last. `<DialogClose>` closes the dialog. */
  footer?: ReactNode;
  className?: string;
  children?: ReactNode;
}) {
  const t = useTranslations("common.action");
  if (inlineHref !== undefined) {
    return (
      <InlineHref value={inlineHref}>
        <Card title={title} description={description} footer={footer}>
          {children}
        </Card>
      </InlineHref>
    );
  }
  return (
    <Base.Root {...(open === undefined ? {} : { open })} {...(onOpenChange === undefined ? {} : { onOpenChange })}>
      {trigger !== undefined && <Base.Trigger render={trigger} />}
      <Base.Portal>
        <Base.Backdrop className={backdropClass} />
        <Base.Viewport className="fixed inset-0 z-50 grid place-items-end overflow-y-auto sm:place-items-center sm:p-6">
          <Base.Popup className={cn(dialogClass, className)}>
            <div className="flex items-start gap-4 p-5 pb-0">
              <div className="min-w-0 flex-1">
                <Base.Title className="text-lg font-semibold">{title}</Base.Title>
                {description !== undefined && (
                  <Base.Description className="mt-1 text-base text-muted">{description}</Base.Description>
                )}
              </div>
              <Base.Close
                aria-label={t("close")}
                className={cn(buttonClass({ variant: "ghost", size: "sm", shape: "icon" }), "-me-1.5 -mt-1")}
              >
                <X aria-hidden />
              </Base.Close>
            </div>
            <div className="p-5 pt-4">{children}</div>
            {footer !== undefined && (
              <div className="flex flex-col-reverse gap-2 border-t bg-sunken/60 px-5 py-3 sm:flex-row sm:justify-end sm:rounded-b-xl">
                {footer}
              </div>
            )}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

const InlineHref = createContext<string | null>(null);

export function DialogClose({
  variant = "secondary",
  children,
}: {
  variant?: "primary" | "secondary";
  children: ReactNode;
}) {
  const href = use(InlineHref);
  const className = buttonClass({ variant });
  return href === null ? (
    <Base.Close className={className}>{children}</Base.Close>
  ) : (
    <a href={href} className={className}>
      {children}
    </a>
  );
}
