"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactElement, type ReactNode, useRef } from "react";

import { cn } from "@/components/cn";

import { buttonClass } from "./button-class";
import { backdropClass } from "./dialog-class";

/**
 * A panel along the `start` or `end` edge, over the page. With `modal={false}`, the page behind the panel stays usable (a call
 * beside its list) and there is no backdrop.
 */
export function Sheet({
  title,
  hideTitle = false,
  side = "end",
  modal = true,
  trigger,
  open,
  onOpenChange,
  className,
  children,
}: {
  title: ReactNode;
  hideTitle?: boolean;
  side?: "start" | "end";
  modal?: boolean;
  trigger?: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  className?: string;
  children: ReactNode;
}) {
  const t = useTranslations("common.action");
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root
      modal={modal}
      disablePointerDismissal={!modal}
      {...(open === undefined ? {} : { open })}
      {...(onOpenChange === undefined ? {} : { onOpenChange })}
    >
      {trigger !== undefined && <Base.Trigger render={trigger} />}
      <Base.Portal>
        {modal && <Base.Backdrop className={backdropClass} />}
        <Base.Popup
          ref={popup}
          // If not modal, focus the panel: with the focus on the first button, the space key would press that button.
          {...(modal ? {} : { initialFocus: popup })}
          className={cn(
            "fixed inset-y-0 z-50 flex w-full max-w-xl flex-col bg-surface text-sm text-foreground shadow-dialog transition-[opacity,translate] duration-200 ease-out outline-none data-ending-style:opacity-0 data-starting-style:opacity-0",
            side === "end"
              ? "end-0 data-ending-style:translate-x-6 data-starting-style:translate-x-6 rtl:data-ending-style:-translate-x-6 rtl:data-starting-style:-translate-x-6"
              : "start-0 data-ending-style:-translate-x-6 data-starting-style:-translate-x-6 rtl:data-ending-style:translate-x-6 rtl:data-starting-style:translate-x-6",
            className,
          )}
        >
          <div className={cn("flex items-center gap-3 border-b px-4 py-2.5", hideTitle && "sr-only")}>
            <Base.Title className="min-w-0 flex-1 truncate text-base font-semibold">{title}</Base.Title>
            <Base.Close
              aria-label={t("close")}
              className={cn(buttonClass({ variant: "ghost", size: "sm", shape: "icon" }), "-me-1.5")}
            >
              <X aria-hidden />
            </Base.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
