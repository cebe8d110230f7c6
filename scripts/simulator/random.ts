import { createHash } from "node:crypto";

/** A seeded source of randomness. The same seed gives the same values on every machine. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** An integer in [low, high], both ends included. */
  int(low: number, high: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the items. Throws on an empty list. */
  pick<T>(items: readonly T[]): T;
  /** One of the items, with a probability proportional to its weight. Throws on an empty list. */
  weighted<T>(items: readonly (readonly [item: T, weight: number])[]): T;
  /** A new list in random order. */
  shuffled<T>(items: readonly T[]): T[];
  /** An independent source. Drawing more values from one source does not change the values of another. */
  fork(label: string | number): Random;
  /** A UUID in the version 4 layout. */
  uuid(): string;
}

/** Creates the source for a seed: sfc32, initialised with the SHA-256 of the seed. */
export function random(seed: string): Random {
  const digest = createHash("sha256").update(seed).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let d = digest.readInt32LE(12);

  function next(): number {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 4294967296;
  }
  function int(low: number, high: number): number {
    return low + Math.floor(next() * (high - low + 1));
  }
  function pick<T>(items: readonly T[]): T {
    const item = items[int(0, items.length - 1)];
    if (item === undefined) throw new Error("cannot pick from an empty list");
    return item;
  }
  function weighted<T>(items: readonly (readonly [T, number])[]): T {
    let remaining = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of items) {
      remaining -= weight;
      if (remaining < 0) return item;
    }
    const last = items.at(-1);
    if (last === undefined) throw new Error("cannot pick from an empty list");
    return last[0];
  }
  function shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, key: next() }))
      .sort((x, y) => x.key - y.key)
      .map(({ item }) => item);
  }
  function uuid(): string {
    const hex = Array.from({ length: 32 }, () => int(0, 15).toString(16)).join("");
    const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) % 4);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
  return {
    next,
    int,
    pick,
    weighted,
    shuffled,
    uuid,
    chance: (probability) => next() < probability,
    fork: (label) => random(`${seed}/${label}`),
  };
}
