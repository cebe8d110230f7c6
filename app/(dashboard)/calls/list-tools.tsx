"use client";

import { ArrowDown, ArrowUp, Columns3, Download, FileText } from "lucide-react";
import { useTranslations } from "next-intl";
// oxlint-disable-next-line no-restricted-imports -- the popover is not in the server's HTML
import { Suspense, use, useRef, useState } from "react";

import { useShortcut } from "@/components/shortcuts";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { IconButton } from "@/components/ui/icon-button";
import { Popover } from "@/components/ui/popover";
import { Segmented } from "@/components/ui/segmented";
import type { BoundedCount } from "@/db/bounded-count";
import type { CallFilter } from "@/lib/call/filter";
import { callsHref } from "@/lib/call/link";
import type { CallListView } from "@/lib/call/list-view";

import { useLayout } from "./layout-provider";
import { type ColumnId, DEFAULT_LAYOUT, FIXED_COLUMN } from "./table-layout";

/** The menus of the list: columns and export. */
export function ListTools({
  filter,
  view,
  counting,
  canExport,
  revealsNumbers,
}: {
  filter: CallFilter;
  view: CallListView;
  counting: Promise<BoundedCount | null>;
  canExport: boolean;
  /** Whether the files mask numbers, unless the user asks for them. */
  revealsNumbers: boolean;
}) {
  return (
    <>
      {view.by === "calls" && <ColumnMenu />}
      {canExport && <ExportMenu filter={filter} view={view} counting={counting} revealsNumbers={revealsNumbers} />}
    </>
  );
}

function ColumnMenu() {
  const t = useTranslations("calls");
  const { layout, setLayout } = useLayout();
  const movable = layout.order.filter((id) => id !== FIXED_COLUMN) as ColumnId[];
  const move = (id: ColumnId, step: -1 | 1) => {
    const order = movable.filter((other) => other !== id);
    order.splice(movable.indexOf(id) + step, 0, id);
    setLayout({ ...layout, order: [FIXED_COLUMN, ...order] });
  };
  return (
    <Popover
      align="end"
      title={t("columns.title")}
      className="w-72"
      trigger={
        <Button className="max-md:hidden">
          <Columns3 aria-hidden />
          {t("columns.title")}
        </Button>
      }
    >
      <ul>
        {movable.map((id, index) => (
          <li key={id} className="flex items-center gap-1">
            <Checkbox
              className="flex-1"
              checked={!layout.hidden.includes(id)}
              onChange={(event) =>
                setLayout({
                  ...layout,
                  hidden: event.target.checked ? layout.hidden.filter((other) => other !== id) : [...layout.hidden, id],
                })
              }
              label={t(`column.${id}`)}
            />
            <IconButton
              size="xs"
              label={t("columns.up", { column: t(`column.${id}`) })}
              disabled={index === 0}
              onClick={() => move(id, -1)}
            >
              <ArrowUp aria-hidden />
            </IconButton>
            <IconButton
              size="xs"
              label={t("columns.down", { column: t(`column.${id}`) })}
              disabled={index === movable.length - 1}
              onClick={() => move(id, 1)}
            >
              <ArrowDown aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      <div className="mt-3 flex items-center justify-between gap-2 border-t pt-3">
        <Segmented
          label={t("columns.density")}
          value={layout.density}
          onValueChange={(density) => setLayout({ ...layout, density })}
          items={[
            { value: "comfortable", label: t("columns.comfortable") },
            { value: "compact", label: t("columns.compact") },
          ]}
        />
        <Button variant="ghost" size="sm" onClick={() => setLayout(DEFAULT_LAYOUT)}>
          {t("columns.reset")}
        </Button>
      </div>
    </Popover>
  );
}

function ExportMenu({
  filter,
  view,
  counting,
  revealsNumbers,
}: {
  filter: CallFilter;
  view: CallListView;
  counting: Promise<BoundedCount | null>;
  revealsNumbers: boolean;
}) {
  const t = useTranslations("calls");
  const tRows = useTranslations(view.by);
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  useShortcut({ keys: "e", label: t("key.export") }, () => {
    trigger.current?.focus();
    setOpen(true);
  });
  const query = callsHref(filter, { sort: view.sort, by: view.by }).slice("/calls".length);
  const href = `/calls/export.csv${query}`;
  const withParameter = (parameter: string) => `${href}${query === "" ? "?" : "&"}${parameter}`;
  return (
    <Popover
      align="end"
      href={href}
      open={open}
      onOpenChange={setOpen}
      title={tRows("export.title")}
      className="w-80"
      trigger={
        <Button ref={trigger}>
          <Download aria-hidden />
          {t("export.button")}
        </Button>
      }
    >
      <p className="font-medium">
        <Suspense fallback="…">
          <ExportCount by={view.by} counting={counting} />
        </Suspense>
      </p>
      <p className="text-muted">{tRows("export.body")}</p>
      <ul className="mt-3 space-y-1">
        {[
          { key: "excel", href, title: t("export.excel"), detail: t("export.excelDetail") },
          { key: "plain", href: withParameter("bom=0"), title: t("export.plain"), detail: t("export.plainDetail") },
          ...(revealsNumbers
            ? [
                {
                  key: "numbers",
                  href: withParameter("numbers=shown"),
                  title: t("export.numbers"),
                  detail: t("export.numbersDetail"),
                },
              ]
            : []),
        ].map((choice) => (
          <li key={choice.key}>
            {/* Not a `Link`, because the target is a file and not a page. */}
            <a
              href={choice.href}
              download
              onClick={() => setOpen(false)}
              className="-mx-1 flex items-start gap-2.5 rounded-md px-2 py-1.5 hover:bg-hover"
            >
              <FileText className="mt-0.5 size-4 shrink-0 text-subtle" aria-hidden />
              <span>
                <span className="block font-medium">{choice.title}</span>
                <span className="block text-xs text-muted">{choice.detail}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Popover>
  );
}

/** The number of rows to export. */
function ExportCount({ by, counting }: { by: CallListView["by"]; counting: Promise<BoundedCount | null> }) {
  const t = useTranslations(by);
  const found = use(counting);
  return found === null ? null : t(found.isBounded ? "countMore" : "count", { count: found.count });
}
