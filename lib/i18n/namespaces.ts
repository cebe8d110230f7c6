/** The namespaces of the messages. Each has one file per language: `messages/<locale>/<namespace>.json`. */
export const NAMESPACES = [
  "common",
  "outcomes",
  "shell",
  "auth",
  "overview",
  "calls",
  "call",
  "contacts",
  "deliveries",
  "settings",
  "privacy",
  "people",
  "account",
  "notices",
] as const;

export type Namespace = (typeof NAMESPACES)[number];
