import { readFileSync } from "node:fs";

import { expect, test } from "@playwright/test";

import { OUTCOME_KINDS, outcomeSlug } from "@/lib/call/outcome";

type Color = { l: number; c: number; h: number };

const themes = ["light", "dark"] as const;

/** The colour tokens of `globals.css`: `--name: light-dark(oklch(…), oklch(…));` */
const tokens = new Map<string, Record<(typeof themes)[number], Color>>();
const TOKEN = /^\s*--([\w-]+): light-dark\(\s*oklch\(([^)/]+)\),\s*oklch\(([^)/]+)\)\s*\);/gm;
for (const [, name = "", light = "", dark = ""] of readFileSync("app/globals.css", "utf8").matchAll(TOKEN)) {
  tokens.set(name, { light: color(light), dark: color(dark) });
}

function color(text: string): Color {
  const [l = "", c = "", h = "0"] = text.trim().split(/\s+/);
  return { l: l.endsWith("%") ? Number.parseFloat(l) / 100 : Number(l), c: Number(c), h: Number(h) };
}

/** The relative luminance of a colour (WCAG 2.2). Converts Oklch to linear sRGB (Björn Ottosson's Oklab) and clips to the sRGB gamut. */
function luminance({ l, c, h }: Color): number {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const [red, green, blue] = [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ].map((value) => Math.min(1, Math.max(0, value))) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(theme: (typeof themes)[number], one: string, other: string): number {
  const [first, second] = [one, other].map((name) => {
    const token = tokens.get(name);
    if (token === undefined) {
      throw new Error(`globals.css has no token --${name}`);
    }
    return luminance(token[theme]);
  }) as [number, number];
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

const SURFACES = ["background", "surface", "raised", "sunken", "hover"];
const STATES = ["success", "warning", "danger", "info"];
const OUTCOMES = OUTCOME_KINDS.map((kind) => `outcome-${outcomeSlug(kind)}`);

/** Pairs of text and background. The contrast must be at least 4.5 to 1. */
const TEXT_PAIRS = [
  ...[
    "foreground",
    "muted",
    "subtle",
    "accent-text",
    ...[...STATES, ...OUTCOMES].map((name) => `${name}-text`),
  ].flatMap((text) => SURFACES.map((surface): [string, string] => [text, surface])),
  ...["accent", ...STATES, ...OUTCOMES].map((name): [string, string] => [`${name}-text`, `${name}-soft`]),
  ["foreground", "accent-soft"] as [string, string],
  ["muted", "accent-soft"] as [string, string],
  ["on-accent", "accent"] as [string, string],
  ["on-accent", "accent-hover"] as [string, string],
  ["on-accent", "danger"] as [string, string],
  // Tooltips swap the text and background colours.
  ["background", "foreground"] as [string, string],
];

/** Icons, chart segments and the focus ring on their backgrounds. The contrast must be at least 3 to 1. */
const GRAPHIC_PAIRS = ["accent", "ring", ...STATES, ...OUTCOMES].flatMap((graphic) =>
  ["background", "surface", "raised"].map((surface): [string, string] => [graphic, surface]),
);

for (const theme of themes) {
  test(`text is readable in the ${theme} theme`, () => {
    expect(TEXT_PAIRS.filter(([text, surface]) => contrast(theme, text, surface) < 4.5)).toEqual([]);
  });

  test(`icons and charts are visible in the ${theme} theme`, () => {
    expect(GRAPHIC_PAIRS.filter(([graphic, surface]) => contrast(theme, graphic, surface) < 3)).toEqual([]);
  });

  test(`the colours of outcomes are distinguishable in the ${theme} theme`, () => {
    const alike = OUTCOMES.flatMap((one, index) =>
      OUTCOMES.slice(index + 1)
        .filter((other) => difference(theme, one, other) < 0.045)
        .map((other) => [one, other]),
    );
    expect(alike).toEqual([]);
  });
}

/** The distance between two colours in Oklab. People notice about 0.02 when the colours are side by side. */
function difference(theme: (typeof themes)[number], one: string, other: string): number {
  const [a, b] = [one, other].map((name) => {
    const { l, c, h } = tokens.get(name)?.[theme] ?? { l: 0, c: 0, h: 0 };
    return [l, c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)];
  }) as [number[], number[]];
  return Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));
}
