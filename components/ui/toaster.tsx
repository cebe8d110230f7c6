"use client";

import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { Toaster as Sonner } from "sonner";

import { directionOf, localeOf } from "@/lib/i18n/locales";

import { Spinner } from "./spinner";

/** Renders the toasts of `toast(…)` from "sonner". Errors of a field are shown beside the field instead. */
export function Toaster() {
  const t = useTranslations("common");
  const direction = directionOf(localeOf(useLocale()));
  return (
    <Sonner
      dir={direction}
      position={direction === "rtl" ? "bottom-left" : "bottom-right"}
      // Above the bottom bar of narrow screens.
      mobileOffset={{ bottom: "4.5rem" }}
      style={{ fontFamily: "var(--font-sans)" }}
      containerAriaLabel={t("state.notifications")}
      icons={{
        success: <CircleCheck className="size-4 text-success" aria-hidden />,
        error: <CircleAlert className="size-4 text-danger" aria-hidden />,
        warning: <TriangleAlert className="size-4 text-warning" aria-hidden />,
        info: <Info className="size-4 text-info" aria-hidden />,
        loading: <Spinner />,
      }}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-full items-start gap-2.5 rounded-lg bg-raised p-3 text-sm text-foreground shadow-popover sm:w-(--width)",
          icon: "mt-0.5 shrink-0",
          content: "min-w-0 flex-1",
          title: "font-medium",
          description: "text-muted",
          actionButton: "shrink-0 rounded-md bg-accent px-2 py-0.5 font-medium text-on-accent hover:bg-accent-hover",
          cancelButton: "shrink-0 rounded-md px-2 py-0.5 text-muted hover:bg-hover",
        },
      }}
    />
  );
}
