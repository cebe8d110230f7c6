"use client";

import { RotateCcw, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from "react";

import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";

import { ReplaySelectionButton } from "./replay-dialog";

/**
 * Wraps a table whose rows have a checkbox named `delivery` (its value is the id) and whose head has a checkbox named `all`.
 * Listens to their change events, so that a document needs the rows only as HTML, and shows the actions for the selected rows.
 */
export function Selection({
  reasons,
  children,
}: {
  /** The quarantine reason of each delivery on the page, keyed by id; null if it is not quarantined. */
  reasons: Record<string, string | null>;
  children: ReactNode;
}) {
  const t = useTranslations("deliveries.replay");
  const container = useRef<HTMLDivElement>(null);
  const [ids, setIds] = useState<string[]>([]);

  const inputs = (name: string) => [
    ...(container.current?.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`) ?? []),
  ];
  const updateSelection = () => {
    const rows = inputs("delivery");
    const selected = rows.filter((input) => input.checked).map((input) => input.value);
    for (const head of inputs("all")) {
      head.checked = selected.length > 0 && selected.length === rows.length;
      head.indeterminate = selected.length > 0 && selected.length < rows.length;
    }
    setIds(selected);
  };
  const onChange = useEffectEvent(({ target }: Event) => {
    if (target instanceof HTMLInputElement && target.name === "all") {
      for (const input of inputs("delivery")) {
        input.checked = target.checked;
      }
    }
    updateSelection();
  });
  // Not React's `onChange`, which knows no checkbox that React did not make.
  useEffect(() => {
    const element = container.current;
    const listener = (event: Event) => onChange(event);
    element?.addEventListener("change", listener);
    return () => element?.removeEventListener("change", listener);
  }, []);
  const clear = () => {
    for (const input of inputs("delivery")) {
      input.checked = false;
    }
    updateSelection();
  };

  return (
    <div ref={container}>
      {children}
      {ids.length > 0 && (
        <div className="pointer-events-none fixed inset-x-0 bottom-20 z-30 flex justify-center px-4 md:bottom-6">
          <section
            aria-label={t("selected", { count: ids.length })}
            className="pointer-events-auto flex items-center gap-3 rounded-lg bg-raised py-2 ps-4 pe-2 shadow-popover"
          >
            <output className="text-sm font-medium tabular">{t("selected", { count: ids.length })}</output>
            <ReplaySelectionButton
              ids={ids}
              reasons={ids.map((id) => reasons[id] ?? null)}
              onDone={clear}
              trigger={
                <Button variant="primary" size="sm">
                  <RotateCcw aria-hidden />
                  {t("selection")}
                </Button>
              }
            />
            <IconButton label={t("clear")} variant="ghost" size="sm" onClick={clear}>
              <X aria-hidden />
            </IconButton>
          </section>
        </div>
      )}
    </div>
  );
}
