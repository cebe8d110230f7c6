"use client";

/** Keeps whether the sidebar is folded, for this browser. */
export function keepSidebar(folded: boolean): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  // oxlint-disable-next-line unicorn/no-document-cookie -- the Cookie Store API is not in every browser
  document.cookie = `sidebar=${folded ? "folded" : ""}; path=/; max-age=${folded ? 31_536_000 : 0}; samesite=lax${secure}`;
}
