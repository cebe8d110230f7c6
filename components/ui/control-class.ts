/** The classes of the box of an input, select, text area or combobox. */
export const controlClass = [
  "min-w-0 rounded-md border border-border-strong/70 bg-surface text-sm text-foreground shadow-xs outline-none",
  "transition-[border-color,box-shadow] duration-100 hover:border-border-strong",
  "focus-visible:border-ring focus-visible:ring-3 focus-visible:ring-ring/25 focus-visible:outline-none",
  "aria-invalid:border-danger aria-invalid:focus-visible:ring-danger/25",
  "disabled:cursor-not-allowed disabled:bg-sunken disabled:text-subtle data-disabled:bg-sunken data-disabled:text-subtle",
].join(" ");
