import { LINES, type LineId, type Measured } from "./lines";
import { spread } from "./rounds";

/** The table of `docs/performance.md`. A run replaces only the rows of the lines that it measured. */

const BEGIN = "<!-- The bench writes from here -->";
const END = "<!-- to here -->";
const HEAD = ["what", "measured against", "to reach", "measured", "figures", "when"];

/** When and on what state of the source a line was measured. */
export type Occasion = { date: string; commit: string };

type Row = string[];

/** A row of the table, as its cells. */
export function rowOf({ line, values, detail }: Measured, { date, commit }: Occasion): Row {
  const { what, against } = LINES[line];
  return [what, against, goalText(line), resultText(line, values), detail, `${date}, ${commit}`];
}

/** The goal as text: `≥ 0.65 ×`. */
function goalText(line: LineId): string {
  const { goal, unit } = LINES[line];
  if (goal === null) {
    return "–";
  }
  return "atLeast" in goal ? `≥ ${amount(goal.atLeast, unit)}` : `≤ ${amount(goal.atMost, unit)}`;
}

/** The median, the least and the most of the rounds, and whether the median reaches the goal. */
function resultText(line: LineId, values: readonly number[]): string {
  if (values.length === 0) {
    return "not measured";
  }
  const { unit } = LINES[line];
  const { median, least, most } = spread(values);
  const range = values.length === 1 ? "" : ` (${amount(least, unit)} – ${amount(most, unit)})`;
  const reached = reaches(line, median);
  return `${reached === null ? "" : reached ? "✓ " : "✗ "}**${amount(median, unit)}**${range}`;
}

function reaches(line: LineId, value: number): boolean | null {
  const { goal } = LINES[line];
  return goal === null ? null : "atLeast" in goal ? value >= goal.atLeast : value <= goal.atMost;
}

function amount(value: number, unit: string): string {
  const text =
    unit === "×"
      ? value.toFixed(2)
      : value >= 100
        ? Math.round(value).toLocaleString("en")
        : value.toFixed(value >= 10 ? 0 : 1).replace(/\.0$/, "");
  return `${text} ${unit}`;
}

/**
 * Puts the rows into the document between its marks, in the order of `LINES`, and keeps the other rows of the table if they were measured on
 * the same machine. Throws if the document has no marks.
 */
export function updated(document: string, rows: readonly Row[], machine: string): string {
  const [before, rest] = document.split(BEGIN);
  const [old, after] = rest?.split(END) ?? [];
  if (before === undefined || old === undefined || after === undefined) {
    throw new Error(`The document has no place for the table: ${BEGIN} … ${END}`);
  }
  const kept = old.includes(machine) ? rowsIn(old) : [];
  const order: string[] = Object.values(LINES).map(({ what }) => what);
  const byName = new Map([...kept, ...rows].map((row) => [row[0] ?? "", row]));
  const all = order.map((what) => byName.get(what)).filter((row) => row !== undefined);
  const table = [HEAD, HEAD.map(() => "---"), ...all].map((row) => `| ${row.map(escaped).join(" | ")} |`);
  return `${before}${BEGIN}\n\n${machine}\n\n${table.join("\n")}\n\n${END}${after}`;
}

/** The rows of a table in Markdown, without its head. */
export function rowsIn(markdown: string): Row[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) =>
      line
        .slice(2, -2)
        .split(/ \| /)
        .map((cell) => cell.replaceAll("\\|", "|").trim()),
    );
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|");
}

/** The rows for a terminal: one line each, and the figures below it. */
export function printed(rows: readonly Row[]): string {
  return rows
    .flatMap(([what = "", against, goal, result = "", detail = ""]) => [
      `${result.replaceAll("*", "")}  ${what}`,
      `    ${against === "–" ? "" : `against ${against}; `}goal ${goal}; ${detail}`,
    ])
    .join("\n");
}
