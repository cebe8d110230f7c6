import { expect, test } from "@playwright/test";

import { makeChecks } from "@/server/auth/password-checks";

/** Work that is checked by hand: it records its start and ends when the test says so. */
function makeWork() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    started,
    work: (name: string) => () =>
      new Promise<void>((resolve) => {
        started.push(name);
        ends.set(name, resolve);
      }),
    async end(name: string) {
      ends.get(name)?.();
      // The next one starts in a later microtask.
      await new Promise(setImmediate);
    },
  };
}

test("two checks run at once, the others wait, and those who are no strangers go first", async () => {
  const checks = makeChecks();
  const { started, work, end } = makeWork();
  for (const name of ["a", "b", "c", "d"]) {
    void checks.run("strangers", work(name));
  }
  void checks.run("known", work("known"));
  expect(started).toEqual(["a", "b"]);
  await end("a");
  expect(started).toEqual(["a", "b", "known"]);
  await end("known");
  expect(started).toEqual(["a", "b", "known", "c"]);
  await end("b");
  expect(started).toEqual(["a", "b", "known", "c", "d"]);
  await end("c");
  await end("d");
  void checks.run("strangers", work("later"));
  expect(started.at(-1)).toBe("later");
});

test("a check that fails passes its turn on", async () => {
  const checks = makeChecks();
  const { started, work } = makeWork();
  const failing = () => Promise.reject(new Error("a damaged hash"));
  const failed = [checks.run("strangers", failing), checks.run("strangers", failing)];
  void checks.run("strangers", work("next"));
  expect((await Promise.allSettled(failed)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(started).toEqual(["next"]);
});

test("ten strangers have a place, four of them from one address, and the others have places of their own", () => {
  const checks = makeChecks();
  const places = Array.from({ length: 60 }, () => checks.enter("strangers", null)).filter((leave) => leave !== null);
  expect(places).toHaveLength(10);
  expect(checks.enter("known")).not.toBeNull();
  places.slice(0, 6).forEach((leave) => leave());
  const ofAddress = Array.from({ length: 6 }, () => checks.enter("strangers", "192.0.2.1")).filter(
    (leave) => leave !== null,
  );
  expect(ofAddress).toHaveLength(4);
  expect(checks.enter("strangers", "192.0.2.2")).not.toBeNull();
  ofAddress[0]?.();
  expect(checks.enter("strangers", "192.0.2.1")).not.toBeNull();
});
