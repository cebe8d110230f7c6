/** A part of a catalogue: texts under their keys, at any depth. A text with arguments is an array after the build has parsed it (`next.config.ts`). */
export type SomeMessages = { readonly [key: string]: Text | SomeMessages };
type Text = string | readonly unknown[];

/** The messages below some paths, such as `calls` or `overview.range`, still under their keys. Throws if there is nothing at a path. */
export function pickMessages(messages: object, paths: readonly string[]): SomeMessages {
  let picked: SomeMessages = {};
  for (const path of paths) {
    const keys = path.split(".");
    let found: Text | SomeMessages | undefined = messages as SomeMessages;
    for (const key of keys) {
      found = isGroup(found) ? found[key] : undefined;
    }
    if (found === undefined) {
      throw new Error(`No messages at ${path}`);
    }
    picked = mergeMessages(picked, nest(keys, found));
  }
  return picked;
}

/** Both catalogues in one. Where both have a text at the same key, it is that of `added`. */
export function mergeMessages(messages: object, added: SomeMessages): SomeMessages {
  const merged: Record<string, Text | SomeMessages> = { ...(messages as SomeMessages) };
  for (const [key, value] of Object.entries(added)) {
    const before = merged[key];
    merged[key] = isGroup(before) && isGroup(value) ? mergeMessages(before, value) : value;
  }
  return merged;
}

function isGroup(value: Text | SomeMessages | undefined): value is SomeMessages {
  return typeof value === "object" && !Array.isArray(value);
}

function nest([key, ...rest]: string[], value: Text | SomeMessages): SomeMessages {
  return key === undefined ? (value as SomeMessages) : { [key]: rest.length === 0 ? value : nest(rest, value) };
}
