import type { Reporter, TestCase } from "@playwright/test/reporter";

import { TABLE_ROW, type TableRow } from "./scenario";

const COLUMNS = ["row", "fault", "sent", "answered 2xx", "found", "lost", "duplicated", "longest recovery"];

/** Prints the results of all faults in one table at the end of the run. */
export default class FaultsReporter implements Reporter {
  private readonly rows: TableRow[] = [];

  onTestEnd(test: TestCase): void {
    for (const { type, description } of test.annotations) {
      if (type === TABLE_ROW && description !== undefined) {
        this.rows.push(JSON.parse(description) as TableRow);
      }
    }
  }

  onEnd(): void {
    if (this.rows.length === 0) {
      return;
    }
    const lines = this.rows
      .sort((a, b) => Number.parseInt(a.row, 10) - Number.parseInt(b.row, 10))
      .map(({ row, fault, sent, answered, found, lost, duplicated, recoverySeconds }) =>
        [row, fault, sent, answered, found, lost, duplicated, `${recoverySeconds.toFixed(1)} s`].map(String),
      );
    const widths = COLUMNS.map((title, column) =>
      Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
    );
    const print = (cells: string[]) =>
      console.log(`| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, column >= 2)).join(" | ")} |`);
    console.log("");
    print(COLUMNS);
    console.log(`|${widths.map((width, column) => `-${"-".repeat(width)}${column >= 2 ? ":" : "-"}`).join("|")}|`);
    for (const line of lines) {
      print(line);
    }
    console.log("");
  }

  printsToStdio(): boolean {
    return false;
  }
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}
