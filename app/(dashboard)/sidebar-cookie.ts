/** The cookie that stores whether the sidebar is folded. Its value is `folded`; there is no cookie otherwise. */
export const SIDEBAR_COOKIE = "sidebar";
