"use client";

import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import { type ReactNode, useState } from "react";

import { cn } from "@/components/cn";
import { useIsHydrated } from "@/components/use-is-hydrated";

import { controlClass } from "./control-class";
import { useFieldWiring } from "./field";
import { NativeSelect } from "./native-select";
import { itemClass, popupClass } from "./popup-class";

export type SelectOption<Value extends string> = {
  value: Value;
  label: string;
  icon?: ReactNode;
  description?: ReactNode;
  disabled?: boolean;
};

/**
 * A choice from a short list. For a long list with search, use `Combobox`. A form submits the `value` as `name`, also before the scripts are
 * there: until then it is the browser's own select.
 */
export function Select<Value extends string>({
  options,
  value,
  defaultValue,
  onValueChange,
  name,
  placeholder,
  disabled = false,
  className,
  "aria-label": ariaLabel,
}: {
  options: readonly SelectOption<Value>[];
  value?: Value;
  defaultValue?: Value;
  onValueChange?: (value: Value) => void;
  name?: string;
  placeholder?: string;
  disabled?: boolean;
  className?: string;
  "aria-label"?: string;
}) {
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
        className={className}
        aria-label={ariaLabel}
        onChosenBefore={(chosen) => {
          setInitial(chosen as Value);
          onValueChange?.(chosen as Value);
        }}
      />
    );
  }
  const iconOf = (chosen: Value | null) => options.find((option) => option.value === chosen)?.icon;
  const labelOf = (chosen: Value | null) => options.find((option) => option.value === chosen)?.label ?? placeholder;
  return (
    <Base.Root
      items={options}
      disabled={disabled}
      {...(name === undefined ? {} : { name })}
      {...(value === undefined ? {} : { value })}
      {...(initial === undefined ? {} : { defaultValue: initial })}
      onValueChange={(chosen: Value | null) => chosen !== null && onValueChange?.(chosen)}
    >
      <Base.Trigger
        {...wiring}
        {...(ariaLabel === undefined ? {} : { "aria-label": ariaLabel })}
        className={cn(
          controlClass,
          "flex h-8 w-full items-center justify-between gap-2 px-2.5 text-start select-none data-popup-open:border-ring",
          className,
        )}
      >
        <Base.Value className="flex min-w-0 items-center gap-2 data-placeholder:text-subtle [&_svg]:size-4 [&_svg]:shrink-0">
          {(chosen: Value | null) => (
            <>
              {iconOf(chosen)}
              <span className="truncate">{labelOf(chosen)}</span>
            </>
          )}
        </Base.Value>
        <Base.Icon className="shrink-0 text-subtle">
          <ChevronsUpDown className="size-3.5" aria-hidden />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
          <Base.Popup
            className={cn(popupClass, "max-h-(--available-height) min-w-(--anchor-width) overflow-y-auto p-1")}
          >
            <Base.List>
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  disabled={option.disabled ?? false}
                  className={cn(itemClass, "relative pe-8")}
                >
                  {option.icon}
                  <Base.ItemText className="min-w-0">
                    {option.label}
                    {option.description !== undefined && (
                      <span className="block text-xs text-muted">{option.description}</span>
                    )}
                  </Base.ItemText>
                  <Base.ItemIndicator className="absolute end-2">
                    <Check className="text-accent-text" aria-hidden />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
