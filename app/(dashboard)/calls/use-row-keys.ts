"use client";

import { useTranslations } from "next-intl";

import { useShortcut } from "@/components/shortcuts";

/** `j` and `k` move the focus to the next and previous row. Enter opens the focused link. */
export function useRowKeys() {
  const t = useTranslations("calls.key");
  const move = (step: 1 | -1) => {
    const links = [...document.querySelectorAll<HTMLElement>("[data-row-link]")].filter(
      (link) => link.offsetParent !== null,
    );
    const at = links.findIndex((link) => link === document.activeElement);
    const next = at === -1 ? (step === 1 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1);
    links[next]?.focus();
    links[next]?.scrollIntoView({ block: "nearest" });
  };
  useShortcut({ keys: "j", label: t("next") }, () => move(1));
  useShortcut({ keys: "k", label: t("previous") }, () => move(-1));
}
