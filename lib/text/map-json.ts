import type { Json, JsonObject } from "@/lib/call/facts";

/** A text or a number in a JSON value, or the name of a field. */
export type JsonLeaf = string | number;
/** What takes the place of a leaf. That of a long one is made in steps. */
export type NewLeaf = JsonLeaf | null | Generator<undefined, JsonLeaf | null>;

/** As many take about a millisecond. */
const VALUES_PER_STEP = 2_000;

/**
 * A copy of a JSON value with other leaves. `__proto__` is a name like any other. If two names of an object become the same, the later field stays.
 * Yields from time to time, so that a caller can pause.
 *
 * @param leafFor called once for each leaf, in order; for a field, with the name before the value
 */
export function mapJson(value: Json, leafFor: (leaf: JsonLeaf) => NewLeaf): Generator<undefined, Json> {
  return mapped(value, leafFor, { values: 0 });
}

type LeafFor = (leaf: JsonLeaf) => NewLeaf;
type Count = { values: number };

function* mapped(value: Json, leafFor: LeafFor, count: Count): Generator<undefined, Json> {
  if (typeof value !== "object" || value === null) {
    return typeof value === "boolean" || value === null ? value : yield* leaf(leafFor(value));
  }
  if (Array.isArray(value)) {
    const list: Json[] = [];
    for (const inner of value) {
      if (isStep(count)) {
        yield;
      }
      list.push(isLiteral(inner) ? inner : yield* mapped(inner, leafFor, count));
    }
    return list;
  }
  const object: JsonObject = {};
  for (const name of Object.keys(value)) {
    if (isStep(count)) {
      yield;
    }
    const newName = String(yield* leaf(leafFor(name)));
    const inner = value[name] ?? null;
    setField(object, newName, isLiteral(inner) ? inner : yield* mapped(inner, leafFor, count));
  }
  return object;
}

function* leaf(made: NewLeaf): Generator<undefined, JsonLeaf | null> {
  return typeof made === "object" && made !== null ? yield* made : made;
}

function isLiteral(value: Json): value is boolean | null {
  return value === null || typeof value === "boolean";
}

function isStep(count: Count): boolean {
  count.values += 1;
  return count.values % VALUES_PER_STEP === 0;
}

/** Assigning `__proto__` would set the prototype. */
function setField(object: JsonObject, name: string, value: Json): void {
  if (name === "__proto__") {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[name] = value;
  }
}
