import type { VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";

import { cn } from "@/components/cn";

import { buttonClass } from "./button-class";
import { Spinner } from "./spinner";

export type ButtonProps = ComponentProps<"button"> &
  Omit<VariantProps<typeof buttonClass>, "shape"> & {
    /** Whether the action is running. The button then keeps its focus and ignores presses. */
    pending?: boolean;
    /** Makes it a link that looks the same: where a button that needs scripts leads without them. */
    href?: string;
  };

export function Button({
  variant,
  size,
  pending = false,
  className,
  children,
  type = "button",
  href,
  ...props
}: ButtonProps) {
  if (href !== undefined) {
    return (
      <a href={href} className={cn(buttonClass({ variant, size }), className)}>
        {children}
      </a>
    );
  }
  return (
    <button
      {...props}
      // oxlint-disable-next-line react/button-has-type -- the default is "button"; a caller may say "submit"
      type={type}
      {...(pending ? { "aria-disabled": true, "aria-busy": true, onClick: preventDefault } : {})}
      className={cn(buttonClass({ variant, size }), className)}
    >
      {pending && <Spinner className="text-current" />}
      {children}
    </button>
  );
}

function preventDefault(event: { preventDefault(): void }) {
  event.preventDefault();
}
