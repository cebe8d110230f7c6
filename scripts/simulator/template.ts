import type { Correction } from "./contract";
import type { Customer } from "./customers";

/** The values of a template's placeholders by name. */
export type Facts = Readonly<Record<string, string>>;

/**
 * Fills a template: replaces `{name}` by the fact of that name, and `{his|her}` by the form for a man or for a woman. Throws for an
 * unknown name, which is a mistake in a dialogue. Leaves `[[heard|said]]` unchanged.
 */
export function fill(template: string, facts: Facts, gender: Customer["gender"]): string {
  return template.replace(/\{([^{}]*)\}/g, (_, inner: string) => {
    const bar = inner.indexOf("|");
    if (bar >= 0) return gender === "man" ? inner.slice(0, bar) : inner.slice(bar + 1);
    const value = facts[inner];
    if (value === undefined) throw new Error(`unknown placeholder {${inner}}`);
    return value;
  });
}

/** Fills every string inside a JSON value. */
export function fillDeep(value: unknown, facts: Facts, gender: Customer["gender"]): unknown {
  if (typeof value === "string") return fill(value, facts, gender);
  if (Array.isArray(value)) return value.map((item) => fillDeep(item, facts, gender));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fillDeep(item, facts, gender)]));
}

/** Replaces `[[heard|said]]` by `said`, or if `misheard` by `heard` and a correction. */
export function resolveMishearings(template: string, misheard: boolean): { text: string; corrections: Correction[] } {
  const corrections: Correction[] = [];
  const text = template.replace(/\[\[([^|\]]+)\|([^\]]+)\]\]/g, (_, heard: string, said: string) => {
    if (!misheard) return said;
    corrections.push({ incorrect_text: heard, correction: said, type: /\s/.test(heard.trim()) ? "phrase" : "word" });
    return heard;
  });
  return { text, corrections };
}
