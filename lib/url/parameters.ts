import { z } from "zod";

/** A page's `searchParams`, as Next passes them: a repeated name has an array of values. */
export type SearchParams = Record<string, string | string[] | undefined>;

/** A parameter that was ignored because its name is unknown or its value is invalid. The page lists these names. */
export type IgnoredParameter = { name: string; value: string };

type Readers = Record<string, z.ZodType>;

/**
 * Reads a URL's parameters. Never throws: a parameter without a reader, or with a text that its reader refuses, is added to `ignored`. An
 * empty text counts as absent, because forms also send empty fields.
 *
 * @param readers a schema for each parameter's text; the values of a repeated name are joined with commas
 * @param alsoKnown names of parameters that the caller reads itself
 */
export function readParameters<Known extends Readers>(
  params: SearchParams,
  readers: Known,
  alsoKnown: readonly string[] = [],
): { values: { [Name in keyof Known]?: z.infer<Known[Name]> }; ignored: IgnoredParameter[] } {
  const values = {};
  const ignored: IgnoredParameter[] = [];
  for (const [name, raw] of Object.entries(params)) {
    if (raw === undefined || alsoKnown.includes(name)) {
      continue;
    }
    const text = Array.isArray(raw) ? raw.join(",") : raw;
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (reader === undefined) {
      ignored.push({ name, value: text });
    } else if (text.trim() !== "") {
      const parsed = reader.safeParse(text);
      if (parsed.success) {
        Object.assign(values, { [name]: parsed.data });
      } else {
        ignored.push({ name, value: text });
      }
    }
  }
  return { values, ignored };
}

/** Text without NUL. Postgres refuses NUL (22021), so a query with it would fail and show an error instead of the page. */
export const postgresText = z.string().refine((text) => !text.includes("\u0000"));

/** Reads a boolean. */
export const flag = z
  .enum(["1", "true", "yes", "0", "false", "no"])
  .transform((text) => ["1", "true", "yes"].includes(text));

/** A boolean as text that `flag` reads; null stays null. */
export function flagText(value: boolean | null): "1" | "0" | null {
  return value === null ? null : value ? "1" : "0";
}

/** URL parameters in the given order, without null and empty values. */
export function parametersOf(values: Readonly<Record<string, string | number | null>>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) => (value === null || value === "" ? [] : [[name, String(value)]])),
  );
}

/** A path with these parameters. Commas are not percent-encoded, so that lists stay readable; a query may contain commas. */
export function hrefWith<Path extends string>(path: Path, params: URLSearchParams): Path | `${Path}?${string}` {
  return params.size === 0 ? path : `${path}?${params.toString().replaceAll("%2C", ",")}`;
}

/** The URL of a page of ours with one of its forms in place: where a popover with the form leads as long as it has no scripts. */
export function formHref(href: string, form: string): string {
  return `${href}${href.includes("?") ? "&" : "?"}form=${form}#${form}`;
}
