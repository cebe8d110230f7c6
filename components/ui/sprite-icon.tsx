import { clsx } from "clsx";

import type { SpriteName } from "./sprite";

/**
 * An icon of the page's sprite, for places that occur many times: an icon of lucide would be drawn again at each. Hidden from screen readers,
 * so it needs a label beside it.
 */
export function SpriteIcon({
  name,
  small = false,
  className,
}: {
  name: SpriteName;
  /** 14 px instead of 16. */
  small?: boolean;
  className?: string | undefined;
}) {
  return (
    <svg aria-hidden className={clsx("icon", small && "small", className)}>
      <use href={`#icon-${name}`} />
    </svg>
  );
}
