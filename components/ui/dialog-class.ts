/** The classes of the layer between a dialog and the page. */
export const backdropClass =
  "fixed inset-0 z-50 bg-overlay transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0";

/** The classes of a dialog. On narrow screens it slides in from the bottom at full width; otherwise it is centred. */
export const dialogClass =
  "w-full max-w-lg rounded-t-xl bg-raised text-sm text-foreground shadow-dialog outline-none transition-[opacity,translate,scale] duration-150 ease-out data-ending-style:opacity-0 data-starting-style:opacity-0 max-sm:max-w-none max-sm:data-ending-style:translate-y-4 max-sm:data-starting-style:translate-y-4 sm:rounded-xl sm:data-ending-style:scale-98 sm:data-starting-style:scale-98";
