"use client";

import { type RefObject, useEffect, useEffectEvent, useRef } from "react";

import { cn } from "@/components/cn";

import { controlClass } from "./control-class";
import { useFieldWiring } from "./field";

/** The browser's own select, which `Select` and `Combobox` show until their scripts are there. A choice made before is taken over. */
export function NativeSelect({
  options,
  value,
  name,
  disabled,
  onChosenBefore,
  className,
  "aria-label": ariaLabel,
}: {
  options: readonly { value: string; label: string; detail?: string; disabled?: boolean }[];
  value: string | undefined;
  name?: string | undefined;
  disabled: boolean;
  /** Called once the scripts are there, if another option than `value` was chosen before. */
  onChosenBefore: (value: string) => void;
  className?: string | undefined;
  "aria-label"?: string | undefined;
}) {
  const wiring = useFieldWiring();
  const select = useRef<HTMLSelectElement>(null);
  useChosenBefore(select, value, onChosenBefore);
  return (
    <select
      ref={select}
      {...wiring}
      name={name}
      aria-label={ariaLabel}
      disabled={disabled}
      defaultValue={value}
      className={cn(controlClass, "h-8 w-full px-2.5", className)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value} disabled={option.disabled}>
          {option.detail === undefined ? option.label : `${option.label} (${option.detail})`}
        </option>
      ))}
    </select>
  );
}

function useChosenBefore(
  select: RefObject<HTMLSelectElement | null>,
  value: string | undefined,
  onChosen: (value: string) => void,
): void {
  const take = useEffectEvent((chosen: string) => {
    if (value !== undefined && chosen !== value) {
      onChosen(chosen);
    }
  });
  useEffect(() => {
    if (select.current !== null) {
      take(select.current.value);
    }
  }, [select]);
}
