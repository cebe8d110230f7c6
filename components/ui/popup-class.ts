/** The classes of the popup of a menu, a select or a popover, which scales up from its trigger. */
export const popupClass =
  "origin-(--transform-origin) rounded-lg bg-raised text-sm text-foreground shadow-popover outline-none transition-[opacity,scale] duration-100 ease-out data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0";

/** The classes of one line of a menu or a list of options. */
export const itemClass =
  "flex min-h-7.5 cursor-default items-center gap-2 rounded-md px-2 py-1 outline-none select-none data-disabled:opacity-45 data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0";
