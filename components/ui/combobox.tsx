"use client";

import { Combobox as Base } from "@base-ui/react/combobox";
import { Check, ChevronsUpDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";

import { cn } from "@/components/cn";
import { useIsHydrated } from "@/components/use-is-hydrated";

import { controlClass } from "./control-class";
import { useFieldWiring } from "./field";
import { NativeSelect } from "./native-select";
import { itemClass, popupClass } from "./popup-class";

export type ComboboxOption = { value: string; label: string; detail?: string };

/** A choice from a long list with a search field (a time zone, a scenario). A form submits the option's `value` as `name`. Until the scripts are there, it is the browser's own select. */
export function Combobox({
  options,
  value,
  defaultValue,
  onValueChange,
  name,
  placeholder,
  empty,
  disabled = false,
  "aria-label": ariaLabel,
}: {
  options: readonly ComboboxOption[];
  value?: string;
  defaultValue?: string;
  onValueChange?: (value: string) => void;
  name?: string;
  placeholder?: string;
  /** Shown when no option matches. */
  empty: ReactNode;
  disabled?: boolean;
  "aria-label"?: string;
}) {
  const t = useTranslations("common.action");
  const wiring = useFieldWiring();
  const isHydrated = useIsHydrated();
  const [initial, setInitial] = useState(defaultValue);
  if (!isHydrated) {
    return (
      <NativeSelect
        options={options}
        value={value ?? initial}
        name={name}
        disabled={disabled}
        aria-label={ariaLabel}
        onChosenBefore={(chosen) => {
          setInitial(chosen);
          onValueChange?.(chosen);
        }}
      />
    );
  }
  const optionOf = (wanted: string) => options.find((option) => option.value === wanted) ?? null;
  return (
    <Base.Root
      items={options}
      autoHighlight
      disabled={disabled}
      isItemEqualToValue={(item: ComboboxOption, other: ComboboxOption) => item.value === other.value}
      {...(name === undefined ? {} : { name })}
      {...(value === undefined ? {} : { value: optionOf(value) })}
      {...(initial === undefined ? {} : { defaultValue: optionOf(initial) })}
      onValueChange={(chosen: ComboboxOption | null) => chosen !== null && onValueChange?.(chosen.value)}
    >
      <div className="relative flex min-w-0 items-center">
        <Base.Input
          {...wiring}
          {...(ariaLabel === undefined ? {} : { "aria-label": ariaLabel })}
          placeholder={placeholder}
          // Select the text, so that typing replaces it. Deferred one frame, because the click that focuses also places the caret.
          onFocus={({ currentTarget }) => requestAnimationFrame(() => currentTarget.select())}
          className={cn(controlClass, "h-8 w-full ps-2.5 pe-8")}
        />
        <Base.Trigger
          tabIndex={-1}
          aria-label={t("open")}
          className="absolute end-0 flex h-8 w-8 items-center justify-center text-subtle"
        >
          <ChevronsUpDown className="size-3.5" aria-hidden />
        </Base.Trigger>
      </div>
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50 outline-none">
          <Base.Popup
            className={cn(
              popupClass,
              "max-h-[min(20rem,var(--available-height))] w-(--anchor-width) overflow-y-auto p-1",
            )}
          >
            <Base.Empty className="text-muted empty:hidden [&:not(:empty)]:px-2 [&:not(:empty)]:py-1.5">
              {empty}
            </Base.Empty>
            <Base.List>
              {(option: ComboboxOption) => (
                <Base.Item key={option.value} value={option} className={cn(itemClass, "relative pe-8")}>
                  <span className="min-w-0 flex-1 truncate">{option.label}</span>
                  {option.detail !== undefined && <span className="text-xs text-subtle">{option.detail}</span>}
                  <Base.ItemIndicator className="absolute end-2">
                    <Check className="text-accent-text" aria-hidden />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
