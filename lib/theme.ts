/** The themes. `system` follows the device; it is stored by deleting the cookie. */
export const THEMES = ["system", "light", "dark"] as const;

export type Theme = (typeof THEMES)[number];

/** The name of the cookie that stores the theme. */
export const THEME_COOKIE = "theme";

/** The theme with this cookie value; `system` for any other value. */
export function themeOf(value: string | undefined): Theme {
  return THEMES.find((theme) => theme === value) ?? "system";
}
