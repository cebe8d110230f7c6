"use client";

import { useTranslations } from "next-intl";
import { toast } from "sonner";

/**
 * Returns a function that copies a text and resolves with whether that worked. If the browser refuses, a toast shows the text, so that it can
 * be selected and copied by hand. Call it in response to a click or a key.
 */
export function useCopy(): (text: string) => Promise<boolean> {
  const t = useTranslations("common.state");
  return async (text) => {
    const isCopied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    // Browsers offer `navigator.clipboard` only over https and on this machine.
    if (isCopied === true || copySelection(text)) {
      return true;
    }
    toast.error(t("copyFailed"), { description: text, duration: SHOWN_MS });
    return false;
  };
}

const SHOWN_MS = 60_000;

/** Selects the text in a hidden field and lets the document copy the selection. Restores the focus. */
function copySelection(text: string): boolean {
  const { activeElement } = document;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.style.position = "fixed";
  field.style.opacity = "0";
  // Inside a dialog, because a dialog takes the focus back from outside it.
  (activeElement?.closest("[role=dialog], [role=alertdialog]") ?? document.body).append(field);
  field.select();
  try {
    // Deprecated, but the only way without a secure context.
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    if (activeElement instanceof HTMLElement) {
      activeElement.focus({ preventScroll: true });
    }
  }
}
