import { expect, test } from "@playwright/test";

import { findInTurn, piecesOf } from "@/lib/transcript/transcript-search";

const heard = (text: string) => ({ text, correction: null });

function found(segments: { text: string; correction: string | null }[], query: string): string[] {
  const pieces = piecesOf(segments);
  return findInTurn(pieces, query).map((marks) =>
    marks.map(({ piece, from, to }) => pieces[piece]?.text.slice(from, to)).join("|"),
  );
}

test("the search finds the transcribed text and its correction", () => {
  const turn = [heard("order "), { text: "tree", correction: "three" }, heard(" four")];
  expect(found(turn, "tree four")).toEqual(["tree| four"]);
  expect(found(turn, "three four")).toEqual(["three| four"]);
  expect(found(turn, "order")).toEqual(["order"]);
  expect(found(turn, "r")).toEqual(["r", "r", "r", "r", "r"]);
  expect(found(turn, "treethree")).toEqual([]);
  expect(found([heard("اتصلتُ بأحمد")], "احمد")).toEqual(["أحمد"]);
});
