/** A part of a catalogue: texts under their keys, at any depth. */
export type SomeMessages = { readonly [key: string]: string | SomeMessages };

/**
 * The messages below some paths, such as `calls` or `overview.range`, still under their keys, without those below the paths `except`. Throws if
 * there is nothing at a path.
 */
export function pickMessages(messages: object, paths: readonly string[], except: readonly string[] = []): SomeMessages {
  let picked: SomeMessages = {};
  for (const path of paths) {
    const keys = path.split(".");
    let found: string | SomeMessages | undefined = messages as SomeMessages;
    for (const key of keys) {
      found = typeof found === "object" ? found[key] : undefined;
    }
    if (found === undefined) {
      throw new Error(`No messages at ${path}`);
    }
    picked = mergeMessages(picked, nest(keys, found));
  }
  return except.reduce((rest, path) => without(rest, path.split("."), path), picked);
}

function without(messages: SomeMessages, [key = "", ...deeper]: string[], path: string): SomeMessages {
  const { [key]: found, ...others } = messages;
  if (found === undefined || (deeper.length > 0 && typeof found === "string")) {
    throw new Error(`No messages at ${path}`);
  }
  return deeper.length === 0 || typeof found === "string" ? others : { ...others, [key]: without(found, deeper, path) };
}

/** Both catalogues in one. Where both have a text at the same key, it is that of `added`. */
export function mergeMessages(messages: object, added: SomeMessages): SomeMessages {
  const merged: Record<string, string | SomeMessages> = { ...(messages as SomeMessages) };
  for (const [key, value] of Object.entries(added)) {
    const before = merged[key];
    merged[key] = typeof before === "object" && typeof value === "object" ? mergeMessages(before, value) : value;
  }
  return merged;
}

function nest([key, ...rest]: string[], value: string | SomeMessages): SomeMessages {
  return key === undefined ? (value as SomeMessages) : { [key]: rest.length === 0 ? value : nest(rest, value) };
}
