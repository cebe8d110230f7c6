/**
 * The version of the rules by which bodies are read and merged. Increase it with every change after which a stored body gives other facts, or other
 * words for the search:
 * the next start then reads everything that is stored again, once (`server/jobs/reinterpret.ts`).
 */
export const RULES_VERSION = 3;
