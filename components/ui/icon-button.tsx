import type { VariantProps } from "class-variance-authority";
import type { ComponentProps, ReactNode } from "react";

import { cn } from "@/components/cn";

import { buttonClass } from "./button-class";
import { Tooltip } from "./tooltip";

export type IconButtonProps = Omit<ComponentProps<"button">, "aria-label" | "children"> &
  Omit<VariantProps<typeof buttonClass>, "shape"> & {
    /** What the button does: its accessible name and its tooltip. */
    label: string;
    /** The equivalent key, shown in the tooltip. */
    shortcut?: string;
    children: ReactNode;
  };

export function IconButton({
  label,
  shortcut,
  variant = "ghost",
  size,
  className,
  children,
  type = "button",
  ...props
}: IconButtonProps) {
  return (
    <Tooltip content={label} {...(shortcut === undefined ? {} : { shortcut })}>
      <button
        {...props}
        // oxlint-disable-next-line react/button-has-type -- the default is "button"; a caller may say "submit"
        type={type}
        aria-label={label}
        className={cn(buttonClass({ variant, size, shape: "icon" }), className)}
      >
        {children}
      </button>
    </Tooltip>
  );
}
