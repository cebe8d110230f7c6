export const backdropClass =
  "fixed inset-0 z-50 bg-overlay transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0";

/** On a phone it comes up from the lower edge and fills the width; otherwise it stands in the middle. */
export const dialogClass =
  "w-full max-w-lg rounded-t-xl bg-raised text-sm text-foreground shadow-dialog outline-none transition-[opacity,translate,scale] duration-150 ease-out data-ending-style:opacity-0 data-starting-style:opacity-0 max-sm:max-w-none max-sm:data-ending-style:translate-y-4 max-sm:data-starting-style:translate-y-4 sm:rounded-xl sm:data-ending-style:scale-98 sm:data-starting-style:scale-98";
