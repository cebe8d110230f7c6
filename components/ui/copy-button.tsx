"use client";

import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import { cn } from "@/components/cn";
import { useCopy } from "@/components/use-copy";

import { buttonClass } from "./button-class";

/** Copies `value` to the clipboard. With `children`, a text button; otherwise an icon button named by `label`. */
export function CopyButton({
  value,
  label,
  size = "xs",
  className,
  children,
}: {
  value: string;
  /** What the button does: "Copy the call's id". */
  label?: string;
  size?: "xs" | "sm" | "md";
  className?: string;
  children?: string;
}) {
  const t = useTranslations("common");
  const copyText = useCopy();
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) {
      return undefined;
    }
    const timer = setTimeout(() => setCopied(false), 1_600);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy() {
    if (await copyText(value)) {
      setCopied(true);
    }
  }

  const name = label ?? t("action.copy");
  const iconOnly = children === undefined;
  return (
    <button
      type="button"
      onClick={copy}
      {...(iconOnly ? { "aria-label": name, title: name } : {})}
      className={cn(
        buttonClass({ variant: iconOnly ? "ghost" : "secondary", size, shape: iconOnly ? "icon" : "text" }),
        className,
      )}
    >
      {copied ? <Check className="text-success-text" aria-hidden /> : <Copy aria-hidden />}
      {!iconOnly && (copied ? t("action.copied") : children)}
      <output className="sr-only">{copied ? t("action.copied") : ""}</output>
    </button>
  );
}
