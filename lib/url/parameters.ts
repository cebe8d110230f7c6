import { z } from "zod";

/** A page's `searchParams`, as Next passes them: a name that occurs twice is an array. */
export type SearchParams = Record<string, string | string[] | undefined>;

/** A parameter that was ignored because its name or value is unknown; the page names it. */
export type IgnoredParameter = { name: string; value: string };

type Readers = Record<string, z.ZodType>;

/**
 * Reads a URL's parameters. Never throws: a parameter that no reader knows, or whose text its reader refuses, goes to `ignored`. An
 * empty text counts as absent, because a form sends its empty fields too.
 *
 * @param readers a schema for each parameter, which gets its text; the items of a repeated name are joined with commas
 * @param alsoKnown names that the caller reads itself
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

/** Text without NUL, the one character that Postgres refuses (22021): in a query it would turn the page into an error. */
export const postgresText = z.string().refine((text) => !text.includes("\u0000"));

/** A yes or no. */
export const flag = z
  .enum(["1", "true", "yes", "0", "false", "no"])
  .transform((text) => ["1", "true", "yes"].includes(text));

/** A yes or no as `flag` reads it; null stays null. */
export function flagText(value: boolean | null): "1" | "0" | null {
  return value === null ? null : value ? "1" : "0";
}

/** Parameters of a URL in the order given, without those that are null or empty. */
export function parametersOf(values: Readonly<Record<string, string | number | null>>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) => (value === null || value === "" ? [] : [[name, String(value)]])),
  );
}

/** A path with these parameters. Commas stay readable: they separate the items of a list, and a query may hold them. */
export function hrefWith<Path extends string>(path: Path, params: URLSearchParams): Path | `${Path}?${string}` {
  return params.size === 0 ? path : `${path}?${params.toString().replaceAll("%2C", ",")}`;
}
