import { pathToFileURL } from "node:url";

import { expect, test } from "@playwright/test";

import { perProcess } from "@/lib/per-process";

test("a value exists once per process, even if the module is loaded twice", async () => {
  const first = perProcess("test", () => ({ made: "first" }));
  // For Node, the query makes this a different module, like a copy in another bundle.
  const url = `${pathToFileURL("lib/per-process.ts").href}?another-bundle`;
  const another = (await import(url)) as { perProcess: typeof perProcess };
  expect(another.perProcess).not.toBe(perProcess);
  expect(another.perProcess("test", () => ({ made: "second" }))).toBe(first);
  expect(another.perProcess("another name", () => ({ made: "third" }))).toEqual({ made: "third" });
});
