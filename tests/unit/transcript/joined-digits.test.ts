import { expect, test } from "@playwright/test";

import { runAtOnce } from "@/lib/next-turn";
import { findJoinedNumbers, replaceSpans, type SpokenTurn } from "@/lib/transcript/joined-digits";

const FORMS = new Set(["501234567", "0501234567", "966501234567"]);
const rule = { shortest: 8, longest: 14, isNumber: (digits: string) => FORMS.has(digits) };
const said = (...texts: [speaker: string, text: string][]): SpokenTurn[] =>
  texts.map(([speaker, text]) => ({ speaker, text }));
/** The turns with `#` for each part of a number. */
const marked = (turns: SpokenTurn[]) => {
  const spans = runAtOnce(findJoinedNumbers(turns, rule)).flat();
  return turns.map(({ text }, turn) =>
    replaceSpans(
      text,
      spans.filter((span) => span.turn === turn),
      () => "#",
    ),
  );
};

test("a number that is said in parts is found", () => {
  for (const [turns, expected] of [
    [said(["user", "My number is 05 01"], ["user", "23 45 67"]), ["My number is #", "#"]],
    // Words between, and another speaker who repeats.
    [
      said(
        ["user", "050"],
        ["agent", "050, go on"],
        ["user", "and then 123"],
        ["agent", "123"],
        ["user", "45 67 please"],
      ),
      ["#", "050, go on", "and then #", "123", "# please"],
    ],
    [said(["user", "0501"], ["agent", "and?"], ["user", "234"], ["user", "567"]), ["#", "and?", "#", "#"]],
    // The two say it together.
    [said(["agent", "is it 050 123"], ["user", "4567"]), ["is it #", "#"]],
    [said(["user", "050 one moment 123 yes 4567"]), ["# one moment # yes #"]],
    [said(["user", "no 12, sorry, +966 (50) 123 4567"]), ["no 12, sorry, #"]],
    [said(["user", "٠٥٠١"], ["user", "２３４५६७"]), ["#", "#"]],
    [said(["user", "05\u200B0\u00AD1\u202E23 4567"]), ["#"]],
    [said(...[..."0501234567"].map((digit): [string, string] => ["user", digit])), Array(10).fill("#")],
  ] as const) {
    expect(marked(turns), JSON.stringify(turns)).toEqual(expected);
  }
});

test("digits that are not the number stay", () => {
  for (const turns of [
    // A part of a longer block, another block between, one digit more.
    said(["user", "1501"], ["user", "234567"]),
    said(["user", "0501"], ["user", "I am 34"], ["user", "234567"]),
    said(["user", "0501"], ["user", "2345678"]),
    // Too far apart: turns and words.
    said(["user", "0501"], ["agent", "a"], ["agent", "b"], ["agent", "c"], ["user", "234567"]),
    said(["user", `0501 ${"word ".repeat(31)}`], ["user", "234567"]),
  ]) {
    expect(marked(turns), JSON.stringify(turns)).toEqual(turns.map(({ text }) => text));
  }
});

test("a hostile transcript takes time in proportion to its length", () => {
  for (const piece of ["1 ", "1", "a1", "1 a", "\u200B1", "()", "0501 "]) {
    runAtOnce(findJoinedNumbers(said(["user", piece.repeat(200_000 / piece.length)]), rule));
    runAtOnce(
      findJoinedNumbers(
        Array.from({ length: 20_000 }, () => ({ speaker: "user", text: piece })),
        rule,
      ),
    );
  }
  runAtOnce(
    findJoinedNumbers(
      Array.from({ length: 50_000 }, (_, at) => ({ speaker: `speaker ${at}`, text: "05" })),
      rule,
    ),
  );
});
