import { cva } from "class-variance-authority";

/** The classes of buttons, for `Button`, `LinkButton`, `IconButton` and elements of other components that look like buttons. */
export const buttonClass = cva(
  [
    "inline-flex shrink-0 items-center justify-center rounded-md border font-medium whitespace-nowrap select-none",
    "transition-[background-color,border-color,color,opacity] duration-100",
    "disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50",
    "[&_svg]:shrink-0",
  ],
  {
    variants: {
      variant: {
        primary: "border-transparent bg-accent text-on-accent shadow-xs hover:bg-accent-hover active:bg-accent-hover",
        secondary:
          "border-border bg-surface text-foreground shadow-xs hover:border-border-strong hover:bg-hover active:bg-hover data-popup-open:bg-hover",
        ghost:
          "border-transparent text-muted hover:bg-hover hover:text-foreground active:bg-hover data-popup-open:bg-hover data-popup-open:text-foreground",
        danger: "border-transparent bg-danger text-on-accent shadow-xs hover:bg-danger/90 active:bg-danger/90",
        "danger-quiet": "border-transparent text-danger-text hover:bg-danger-soft active:bg-danger-soft",
      },
      size: {
        xs: "h-6 gap-1 px-2 text-xs [&_svg]:size-3.5",
        sm: "h-7 gap-1.5 px-2.5 text-sm [&_svg]:size-3.5",
        md: "h-8 gap-1.5 px-3 text-sm [&_svg]:size-4",
        lg: "h-10 gap-2 px-4 text-base [&_svg]:size-4",
      },
      shape: { text: "", icon: "px-0" },
    },
    compoundVariants: [
      { shape: "icon", size: "xs", className: "w-6" },
      { shape: "icon", size: "sm", className: "w-7" },
      { shape: "icon", size: "md", className: "w-8" },
      { shape: "icon", size: "lg", className: "w-10" },
    ],
    defaultVariants: { variant: "secondary", size: "md", shape: "text" },
  },
);
