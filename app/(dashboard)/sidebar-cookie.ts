/** The cookie that says whether the sidebar is folded: the value `folded`, or no cookie. */
export const SIDEBAR_COOKIE = "sidebar";
