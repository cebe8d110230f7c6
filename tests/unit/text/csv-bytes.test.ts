import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { withoutCredentials } from "@/lib/recording/url-credentials";
import { csvCell } from "@/lib/text/csv";
import { CsvBytes } from "@/lib/text/csv-bytes";

/** What the bytes of a text become between two other cells; null if they are not copied. */
function copied(text: string): string | null {
  const bytes = Buffer.from(`before${text}after`, "utf8");
  const to = new CsvBytes(8);
  to.ascii("x");
  to.comma();
  const isCopied = to.text(bytes, 6, bytes.length - 5);
  to.endLine();
  const line = to.result().toString("utf8");
  return isCopied ? line.slice("x,".length, -"\r\n".length) : null;
}

for (const text of [
  "",
  "a",
  "RF-87833",
  "Al Yasmin",
  "+966500000001",
  "-5",
  "'quoted",
  'He said, "yes"',
  "Confirmed; the driver calls – “soon”…",
  "Jeddah",
  "محمد",
  "التقييم 3: انتظار ساعتين، «بلا» توضيح.",
  "شہر کا نام",
  "Müller",
]) {
  test(`copies ${JSON.stringify(text)}`, () => {
    expect(copied(text)).toBe(csvCell(text));
  });
}

for (const text of [
  "=1+1",
  "@a",
  " a",
  "a ",
  "a;=1",
  "a; '1",
  "a\tb",
  "a\nb",
  "\u007F=1",
  "\u00A0=1",
  "\u061C=1",
  "\u0600+1",
  "\u06DD+1",
  "\u200B+1",
  "＝1",
  "a\u00A0",
  "a\u3000",
  "a\u2009",
  "a;\u00AD+1",
  "a;\u2014+1",
  "https://x.example/?t=secret",
  "user:pass@host",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.x",
]) {
  test(`copies no ${JSON.stringify(text)}, which may need a change`, () => {
    expect(copied(text)).toBeNull();
  });
}

const SIGNS =
  "=+-@\t\r\n'\",;% \\abJey1 زمd؀؜۝،…“—\u0000\u001E\u001F\u007F\u00A0\u00AB\u00AD\u00E9\u200B\u2009\u202E\u2027\u2028\u2800\u3000\uFEFF\uFF1D👍\u{E0020}";

test("what is copied equals the cell that the text has otherwise", () => {
  let count = 0;
  // Without `expect`, which takes longer than the work.
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...SIGNS), maxLength: 8 }), (text) => {
      const cell = copied(text);
      count += cell === null ? 0 : 1;
      return cell === null || cell === csvCell(withoutCredentials(text));
    }),
    { numRuns: 20_000 },
  );
  expect(count).toBeGreaterThan(500);
});

test("every character of the basic plane is copied only if its cell is the character", () => {
  const wrong: string[] = [];
  for (let code = 0; code < 0x10000; code += 1) {
    const character = String.fromCharCode(code);
    for (const text of character.isWellFormed()
      ? [character, `${character}+1`, `a${character}`, `a;${character}+1`]
      : []) {
      const cell = copied(text);
      if (cell !== null && cell !== csvCell(text)) {
        wrong.push(text);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test("grows as needed, and keeps what was written", () => {
  const to = new CsvBytes(0);
  const text = "أ".repeat(1000);
  const bytes = Buffer.from(text, "utf8");
  for (let at = 0; at < 50; at += 1) {
    to.text(bytes, 0, bytes.length);
    to.comma();
    to.cell(text);
    to.digits(at, 4);
    to.commas(3);
    to.copy(bytes, 0, 4);
    to.endLine();
  }
  expect(to.result().toString("utf8")).toBe(
    Array.from({ length: 50 }, (_, at) => `${text},${text}${String(at).padStart(4, "0")},,,أأ\r\n`).join(""),
  );
});
