"use client";

import { RotateCcw, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useRef, useState } from "react";

import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";

import { ReplaySelectionButton } from "./replay-dialog";

/**
 * Around a table whose rows have a checkbox named `delivery` (its value the id) and whose head has one named `all`. The rows stay the
 * server's; this listens to their changes and offers what can be done with the selection.
 */
export function Selection({
  reasons,
  children,
}: {
  /** The reason of each delivery on the page, by its id. */
  reasons: Record<string, string | null>;
  children: ReactNode;
}) {
  const t = useTranslations("deliveries.replay");
  const box = useRef<HTMLDivElement>(null);
  const [ids, setIds] = useState<string[]>([]);

  const inputs = (name: string) => [
    ...(box.current?.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`) ?? []),
  ];
  const read = () => {
    const rows = inputs("delivery");
    const chosen = rows.filter((input) => input.checked).map((input) => input.value);
    for (const head of inputs("all")) {
      head.checked = chosen.length > 0 && chosen.length === rows.length;
      head.indeterminate = chosen.length > 0 && chosen.length < rows.length;
    }
    setIds(chosen);
  };
  const onChange = (event: React.ChangeEvent<HTMLDivElement>) => {
    const { target } = event as unknown as { target: HTMLInputElement };
    if (target.name === "all") {
      for (const input of inputs("delivery")) {
        input.checked = target.checked;
      }
    }
    read();
  };
  const clear = () => {
    for (const input of inputs("delivery")) {
      input.checked = false;
    }
    read();
  };

  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- it hears the checkboxes inside of it
    <div ref={box} onChange={onChange}>
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
