import { expect, test } from "@playwright/test";
import fc from "fast-check";

import type { Correction, TranscriptMessage } from "@/lib/call/facts";
import { corrector, countSpoken, readTranscript } from "@/lib/transcript/transcript";

const mistake = (incorrectText: string, correction: string): Correction => ({
  incorrectText,
  correction,
  type: "word",
});

/** The text with each correction written as `[wrong→right]`. */
function shown(text: string, corrections: Correction[]): string {
  return corrector(corrections)(text)
    .map((segment) => (segment.correction === null ? segment.text : `[${segment.text}→${segment.correction}]`))
    .join("");
}

test("a mistake is corrected at each of its positions", () => {
  expect(shown("My order is tree four", [mistake("tree", "three")])).toBe("My order is [tree→three] four");
  expect(shown("رقم الطلب ثلاتة.", [mistake("ثلاتة", "ثلاثة")])).toBe("رقم الطلب [ثلاتة→ثلاثة].");
  expect(shown("tree tree", [mistake("tree", "three")])).toBe("[tree→three] [tree→three]");
  expect(shown("nothing here", [mistake("tree", "three")])).toBe("nothing here");
  expect(shown("", [mistake("tree", "three")])).toBe("");
});

test("a phrase is corrected as a whole, not word by word", () => {
  const corrections = [mistake("river", "Riyadh"), mistake("the river", "al-Riyadh"), mistake("the", "a")];
  expect(shown("to the river and the sea", corrections)).toBe("to [the river→al-Riyadh] and [the→a] sea");
});

test("nothing is corrected inside a word", () => {
  expect(shown("the he-man heals", [mistake("he", "she")])).toBe("the [he→she]-man heals");
  // A combining mark belongs to the letter before it.
  expect(shown("مدينةٌ", [mistake("مدينة", "قرية")])).toBe("مدينةٌ");
});

test("the first of two corrections of the same words is used; a correction that changes nothing is skipped", () => {
  expect(shown("a b", [mistake("a", "x"), mistake("a", "y"), mistake("b", "b"), mistake(" ", "z")])).toBe("[a→x] b");
});

const word = fc.constantFrom("a", "b", "ab", "ba", "aba", "سلام", "😀", "é", "-");
const sentence = fc.array(word, { maxLength: 12 }).map((words) => words.join(" "));
const someCorrections = fc.array(
  fc.record({ incorrectText: sentence, correction: fc.string({ maxLength: 4 }), type: fc.constant("phrase" as const) }),
  { maxLength: 6 },
);

test("the joined segments equal the text for any corrections", () => {
  fc.assert(
    fc.property(fc.oneof(sentence, fc.string({ unit: "binary" })), someCorrections, (text, corrections) => {
      const segments = corrector(corrections)(text);
      expect(segments.map((segment) => segment.text).join("")).toBe(text);
      expect(text === "" || segments.every((segment) => segment.text !== "")).toBe(true);
    }),
  );
});

test("every corrected segment is a whole mistake, and no separate mistake is missed", () => {
  const letter = /[\p{L}\p{N}\p{M}]/u;
  fc.assert(
    fc.property(sentence, someCorrections, (text, corrections) => {
      const byMistake = new Map(
        corrections.toReversed().map(({ incorrectText, correction }) => [incorrectText.trim(), correction]),
      );
      const segments = corrector(corrections)(text);
      let at = 0;
      for (const segment of segments) {
        const before = Array.from(text.slice(0, at)).at(-1) ?? "";
        const [after = ""] = text.slice(at + segment.text.length);
        if (segment.correction !== null) {
          expect(byMistake.get(segment.text)).toBe(segment.correction);
          const [first = ""] = segment.text;
          expect(letter.test(before) && letter.test(first)).toBe(false);
          expect(letter.test(Array.from(segment.text).at(-1) ?? "") && letter.test(after)).toBe(false);
        } else {
          const words = segment.text.split(" ");
          for (const [wrong, right] of byMistake) {
            // A mistake of one word must not remain in an uncorrected segment. Longer ones may overlap with others.
            if (wrong !== "" && wrong !== right && /^[\p{L}]+$/u.test(wrong)) {
              expect(words).not.toContain(wrong);
            }
          }
        }
        at += segment.text.length;
      }
    }),
  );
});

test("the longest mistake in a text is always corrected", () => {
  fc.assert(
    fc.property(sentence, sentence, sentence, someCorrections, (before, longest, after, others) => {
      fc.pre(longest.trim() !== "");
      const shorter = others.filter(({ incorrectText }) => incorrectText.trim().length < longest.length);
      const segments = corrector([...shorter, mistake(longest, "RIGHT")])(`${before} ${longest} ${after}`);
      expect(segments.map((segment) => segment.correction)).toContain("RIGHT");
    }),
  );
});

test("a worst-case text of 2 MB is corrected within seconds", () => {
  const corrections = Array.from({ length: 1000 }, (_, index) => mistake("a".repeat(190) + index, "b"));
  const startedAt = performance.now();
  corrector(corrections)("a".repeat(2_000_000));
  corrector(corrections)("a ".repeat(1_000_000));
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

const call = (toolCallId: string | null, toolName = "find_order", startAt: number | null = 3): TranscriptMessage => ({
  type: "function_call",
  toolName,
  arguments: "{}",
  toolCallId,
  startAt,
});
const output = (toolCallId: string | null, toolName = "find_order", text = "{}"): TranscriptMessage => ({
  type: "function_call_output",
  toolName,
  output: text,
  toolCallId,
  isError: false,
  startAt: 4,
  durationMs: 120,
});
const spoken = (content: string, startAt: number | null = null, role = "user"): TranscriptMessage => ({
  type: "message",
  role,
  content,
  startAt,
});

function tools(messages: TranscriptMessage[]): string[] {
  return readTranscript(messages, []).turns.flatMap((turn) =>
    turn.kind === "tool"
      ? [`${turn.call?.toolCallId ?? (turn.call === null ? "?" : "-")} ${turn.output?.output ?? "no answer"}`]
      : [],
  );
}

test("a tool's output is joined to its call by id, at any position", () => {
  expect(tools([call("1"), call("2"), output("2", "x", "two"), spoken("hm"), output("1", "x", "one")])).toEqual([
    "1 one",
    "2 two",
  ]);
});

test("an output without a call and a second output of the same call are shown separately", () => {
  expect(tools([call("1"), output("1", "x", "one"), output("9", "x", "lost"), output("1", "x", "again")])).toEqual([
    "1 one",
    "? lost",
    "? again",
  ]);
});

test("an output that arrives before its call is joined to it", () => {
  expect(tools([output("1", "x", "one"), call("2"), call("1"), output("1", "x", "again")])).toEqual([
    "1 one",
    "2 no answer",
    "? again",
  ]);
});

/** The texts of the turns, in their order. */
function order(messages: TranscriptMessage[]): string[] {
  return readTranscript(messages, []).turns.map((turn) => {
    switch (turn.kind) {
      case "speech":
        return turn.segments.map(({ text }) => text).join("");
      case "tool":
        return `tool ${turn.call?.toolCallId ?? "?"}`;
      case "instructions":
        return turn.text;
      case "other":
        return turn.name;
    }
  });
}

test("turns are in the order of time; one without a time stays behind the one that it followed", () => {
  expect(order([spoken("later", 30), spoken("first", 1)])).toEqual(["first", "later"]);
  expect(order([spoken("c", 30), spoken("its follower"), spoken("a", 1), spoken("b", 1), spoken("d", 31)])).toEqual([
    "a",
    "b",
    "c",
    "its follower",
    "d",
  ]);
  expect(order([{ type: "instructions", content: "Be kind." }, spoken("x"), spoken("b", 2), spoken("a", 0)])).toEqual([
    "Be kind.",
    "x",
    "a",
    "b",
  ]);
  expect(order([spoken("b", 20), call("1", "x", null), output("1"), spoken("a", 1)])).toEqual(["a", "tool 1", "b"]);
});

test("instructions and messages of an unknown type stand at their time", () => {
  const keys: TranscriptMessage = { type: "other", kind: "dtmf", data: { type: "dtmf", start_at: 2 }, startAt: 2 };
  const prompt: TranscriptMessage = { type: "instructions", content: "Be kind.", startAt: 11 };
  expect(order([spoken("c", 30), keys, prompt, spoken("b", 10)])).toEqual(["dtmf", "b", "Be kind.", "c"]);
  // As earlier versions stored them.
  expect(order([spoken("b", 3), { type: "other", kind: "dtmf", data: { digit: 1 } }, spoken("a", 1)])).toEqual([
    "a",
    "b",
    "dtmf",
  ]);
});

test("a message in an unknown form that says nothing is no turn", () => {
  for (const data of [null, {}, { role: "user" }, { type: "message", role: null, content: null, start_at: 3 }, [""]]) {
    expect([data, order([{ type: "other", kind: "", data }, spoken("hi")])]).toEqual([data, ["hi"]]);
  }
  expect(order([{ type: "other", kind: "hangup", data: { type: "hangup" } }])).toEqual(["hangup"]);
});

test("turns with times are sorted, and the order of arrival decides between equal times", () => {
  const at = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 5 }));
  fc.assert(
    fc.property(fc.array(at), (times) => {
      const { turns } = readTranscript(
        times.map((startAt, index) => spoken(String(index), startAt)),
        [],
      );
      const shown = turns.map((turn) => Number(turn.kind === "speech" ? turn.segments[0]?.text : -1));
      const expected = [...times.keys()]
        .map((index) => ({ index, at: times.slice(0, index + 1).findLast((time) => time !== null) ?? -1 }))
        .toSorted((a, b) => a.at - b.at || a.index - b.index);
      expect(shown).toEqual(expected.map(({ index }) => index));
    }),
  );
});

test("what was not said is folded like the instructions, corrected nowhere and not counted", () => {
  const roles = ["system", "developer", "instructions", "system prompt", "System_Prompt", " DEVELOPER "];
  const { turns } = readTranscript(
    [...roles, "user", "human agent", "robot"].map((role) => spoken("tree", null, role)),
    [mistake("tree", "three")],
  );
  expect(turns.filter(({ kind }) => kind === "instructions")).toEqual(
    roles.map(() => ({ kind: "instructions", text: "tree", startAt: null })),
  );
  expect(countSpoken(turns)).toBe(3);
});

test("an output without an id is joined only to the call directly before it", () => {
  expect(tools([call(null), output(null, "find_order", "one")])).toEqual(["- one"]);
  expect(tools([call(null), spoken("hm"), output(null, "find_order", "one")])).toEqual(["- no answer", "? one"]);
  expect(tools([call(null), output(null, "other_tool", "one")])).toEqual(["- no answer", "? one"]);
});

test("every message is shown exactly once", () => {
  const id = fc.constantFrom(null, "1", "2");
  const message = fc.oneof(
    fc.string().map((text) => spoken(text)),
    id.map((value) => call(value)),
    id.map((value) => output(value)),
    fc.constant<TranscriptMessage>({ type: "instructions", content: "Be kind." }),
    fc.constant<TranscriptMessage>({ type: "other", kind: "video", data: { a: 1 } }),
  );
  fc.assert(
    fc.property(fc.array(message), (messages) => {
      const shown = readTranscript(messages, []).turns.reduce(
        (sum, turn) => sum + (turn.kind === "tool" ? Number(turn.call !== null) + Number(turn.output !== null) : 1),
        0,
      );
      expect(shown).toBe(messages.length);
    }),
  );
});

test("corrections that occur nowhere are listed separately; `hasTimes` is false without any time", () => {
  const corrections = [mistake("tree", "three"), mistake("forest", "four"), mistake("same", "same")];
  expect(readTranscript([spoken("tree")], corrections)).toMatchObject({
    unplaced: [{ incorrectText: "forest" }],
    hasTimes: false,
  });
  expect(readTranscript([spoken("tree"), spoken("x", 0)], []).hasTimes).toBe(true);
});

test("spoken turns are counted; tools and instructions are not", () => {
  const { turns } = readTranscript(
    [{ type: "instructions", content: "Be kind." }, spoken("one"), call("a"), output("a"), spoken("two")],
    [],
  );
  expect(turns).toHaveLength(4);
  expect(countSpoken(turns)).toBe(2);
});
