import { clsx } from "clsx";

import type { RowIconName } from "./row-icon-styles";

/**
 * An icon for places that occur many times. Its drawing is in the style sheet, because an icon of lucide would be drawn again at each. Screen
 * readers do not see it, so it needs a label beside it.
 */
export function RowIcon({
  name,
  small = false,
  className,
}: {
  name: RowIconName;
  /** 14 px instead of 16. */
  small?: boolean;
  className?: string | undefined;
}) {
  return <i className={clsx("icon", `i-${name}`, small && "small", className)} />;
}
