import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import type { JsonObject } from "@/lib/call/facts";
import { storeAnswer } from "@/tests/fixtures/api-answer";
import { downloadCsv } from "@/tests/fixtures/exported-calls";
import { expect, test } from "@/tests/fixtures/test";

test.beforeEach(async ({ database }) => {
  await database.empty();
});

test("row 57: LibreOffice shows dangerous texts and evaluates none as a formula", async ({
  adminPage: { request },
}) => {
  const soffice = ["soffice", "libreoffice"].find((name) => spawnSync(name, ["--version"]).status === 0);
  if (soffice === undefined) {
    console.log("LibreOffice is not installed, so this machine does not test how it opens an export.");
  }
  test.skip(soffice === undefined, "LibreOffice is not installed");
  test.slow();
  const dangerous: JsonObject = {
    a: "=1+1",
    b: "+966500000001",
    c: "-2+3",
    d: "@SUM(1,2)",
    e: "\t=1+1",
    f: "\r=1+1",
    g: '=HYPERLINK("http://localhost/","x")',
    h: "=cmd|' /C calc'!A0",
    i: "محمد",
    // Without an apostrophe, LibreOffice would show these as numbers.
    j: " +966500000001",
    k: "\u00A0-5",
    l: "\u200B=1+1",
    m: "\uFEFF\u200F@SUM(1,2)",
    "n;=1+1": "\uFF1D1+1",
  };
  await storeAnswer("call-1", {
    phoneNumber: "+966500000001",
    createdAt: new Date("2026-01-05T00:00:00Z"),
    variables: dangerous,
  });
  const { bytes, header } = await downloadCsv(request, "");
  const folder = mkdtempSync(join(tmpdir(), "callboard-export-"));
  try {
    writeFileSync(join(folder, "export.csv"), bytes);
    // Flat XML has the type of each cell: text, number or formula. 76 is UTF-8, which LibreOffice does not detect in headless mode.
    await promisify(execFile)(soffice ?? "", [
      `-env:UserInstallation=file://${folder}/profile`,
      "--headless",
      "--infilter=CSV:44,34,76,1",
      "--convert-to",
      "fods",
      "--outdir",
      folder,
      join(folder, "export.csv"),
    ]);
    const sheet = readFileSync(join(folder, "export.fods"), "utf8");
    expect(sheet).not.toContain("table:formula");
    const secondRow = [...sheet.matchAll(/<table:table-row.*?<\/table:table-row>/gs)][1]?.[0] ?? "";
    const cells = [...secondRow.matchAll(/<table:table-cell([^>]*?)(?:\/>|>(.*?)<\/table:table-cell>)/gs)].flatMap(
      ([, attributes = "", content = ""]) => {
        const repeated = Number(/number-columns-repeated="(\d+)"/.exec(attributes)?.[1] ?? 1);
        const type = /office:value-type="(\w+)"/.exec(attributes)?.[1] ?? "empty";
        const shown = content
          .replaceAll("<text:tab/>", "\t")
          .replaceAll(/<[^>]*>/g, "")
          .replaceAll("&apos;", "'")
          .replaceAll("&quot;", '"')
          .replaceAll("&amp;", "&")
          .replaceAll(/^\n\s*|\n\s*$/g, "");
        return Array.from({ length: repeated }, () => ({ type, shown }));
      },
    );
    const cell = (name: string) => cells[header.indexOf(name)];
    expect(cell("phone_number")).toEqual({ type: "string", shown: "'+966500000001" });
    expect(cell("variables.a")).toEqual({ type: "string", shown: "'=1+1" });
    expect(cell("variables.b")).toEqual({ type: "string", shown: "'+966500000001" });
    expect(cell("variables.c")).toEqual({ type: "string", shown: "'-2+3" });
    expect(cell("variables.d")).toEqual({ type: "string", shown: "'@SUM(1,2)" });
    expect(cell("variables.h")).toEqual({ type: "string", shown: "'=cmd|' /C calc'!A0" });
    expect(cell("variables.i")).toEqual({ type: "string", shown: "محمد" });
    expect(cell("variables.j")).toEqual({ type: "string", shown: "' +966500000001" });
    expect(cell("variables.k")).toEqual({ type: "string", shown: "'\u00A0-5" });
    expect(cell("variables.l")).toEqual({ type: "string", shown: "'\u200B=1+1" });
    expect(cell("variables.m")).toEqual({ type: "string", shown: "'\uFEFF\u200F@SUM(1,2)" });
    expect(cell("variables.n;'=1+1")).toEqual({ type: "string", shown: "'\uFF1D1+1" });
    for (const name of ["variables.e", "variables.f", "variables.g"]) {
      expect(cell(name)?.type, name).toBe("string");
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
