import { cva } from "class-variance-authority";

/**
 * The classes of buttons, for `Button`, `LinkButton`, `IconButton` and elements of other components that look like buttons. Their looks are in
 * `app/controls.css`, but for those of icons inside, which win over an icon's own classes.
 */
export const buttonClass = cva("button [&_svg]:shrink-0", {
  variants: {
    variant: {
      primary: "primary",
      secondary: "secondary",
      ghost: "ghost",
      danger: "danger",
      "danger-quiet": "danger-quiet",
    },
    size: {
      xs: "xs [&_svg]:size-3.5",
      sm: "sm [&_svg]:size-3.5",
      md: "md [&_svg]:size-4",
      lg: "lg [&_svg]:size-4",
    },
    shape: { text: "", icon: "square" },
  },
  defaultVariants: { variant: "secondary", size: "md", shape: "text" },
});
