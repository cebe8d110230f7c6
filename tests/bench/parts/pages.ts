import { gzipSync } from "node:zlib";

import { chromium } from "@playwright/test";

import { findInstalledBrowser } from "@/scripts/launcher/browser";

import { type BenchApp, startBenchApp } from "../app";
import { type Client, signInAt } from "../client";
import type { BenchContext } from "../context";
import type { LineId, Measured } from "../lines";
import { inTurn, ratios, spread } from "../rounds";

const PAGES: readonly {
  name: string;
  size: LineId;
  compressed: LineId;
  time: LineId;
  path: (from: string) => string;
}[] = [
  { name: "/calls", size: "callsHtml", compressed: "callsGzip", time: "callsTime", path: () => "/calls" },
  {
    name: "/",
    size: "overviewHtml",
    compressed: "overviewGzip",
    time: "overviewServer",
    path: (from) => `/?from=${from}`,
  },
];
const REQUESTS_A_ROUND = 30;
const WARM_UP = 60;

/** How many bytes the two main pages have and how long the server takes for them, beside pages that say the same and that say nothing. */
export async function measurePages(context: BenchContext): Promise<Measured[]> {
  const { data, small, folder, rounds } = context;
  const database = data.filled(small);
  const from = new Date(database.until.getTime() - 30 * 86_400_000).toISOString().slice(0, 10);
  const app = await startBenchApp({ applicationUrl: database.applicationUrl, folder });
  try {
    const client = await signInAt(app);
    const measured: Measured[] = [];
    for (const { name, size, compressed, time, path } of PAGES) {
      context.say(`pages: ${name}`);
      for (let request = 0; request < WARM_UP; request += 1) {
        await client.get(path(from));
        await client.get("/bench");
      }
      const { body } = await client.get(path(from));
      const plain = Buffer.from(await plainPage(app, client, path(from)));
      measured.push(sizeLine(size, body, plain), sizeLine(compressed, gzipSync(body), gzipSync(plain)));
      const { one, other } = await inTurn(
        rounds,
        () => serverTime(client, path(from)),
        () => serverTime(client, "/bench"),
      );
      measured.push({
        line: time,
        values: ratios(one, other),
        detail: `${spread(one).median.toFixed(1)} ms : ${spread(other).median.toFixed(1)} ms until the last byte, one request at a time`,
      });
    }
    return measured;
  } finally {
    await app.stop();
  }
}

function sizeLine(line: LineId, one: Buffer, other: Buffer): Measured {
  const kilobytes = (bytes: Buffer) => `${(bytes.length / 1000).toFixed(1)} kB`;
  return { line, values: [one.length / other.length], detail: `${kilobytes(one)} : ${kilobytes(other)}` };
}

/** The median time until the last byte, in milliseconds. */
async function serverTime(client: Client, path: string): Promise<number> {
  const times: number[] = [];
  for (let request = 0; request < REQUESTS_A_ROUND; request += 1) {
    times.push((await client.get(path)).totalMs);
  }
  return spread(times).median;
}

/**
 * The plainest HTML that says the same as a page: its tables with rows and cells, every other text as a paragraph, every link with its address, and
 * nothing else: no classes, icons, scripts or styles. It is made from what a browser shows of the page, with the texts that only screen readers get.
 */
async function plainPage({ url }: BenchApp, client: Client, path: string): Promise<string> {
  const installed = findInstalledBrowser();
  const browser = await chromium.launch({
    ...(installed?.path === undefined ? {} : { executablePath: installed.path }),
    chromiumSandbox: false,
  });
  try {
    const page = await (await browser.newContext({ extraHTTPHeaders: client.headers, locale: "en-US" })).newPage();
    // The compiler that runs this file names functions with a helper, which a browser does not have.
    await page.addInitScript("globalThis.__name = (named) => named");
    await page.goto(`${url}${path}`, { waitUntil: "networkidle" });
    return await page.evaluate(() => {
      const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
      const inline = (node: Node): string => {
        if (node.nodeType === Node.TEXT_NODE) {
          return escape(node.textContent ?? "");
        }
        if (
          !(node instanceof Element) ||
          ["SCRIPT", "STYLE", "TEMPLATE", "SVG", "svg", "NOSCRIPT"].includes(node.tagName)
        ) {
          return "";
        }
        const content = [...node.childNodes].map(inline).join("");
        const href = node.getAttribute("href");
        return node.tagName === "A" && href !== null ? `<a href="${escape(href)}">${content.trim()}</a>` : content;
      };
      const block = (node: Node): string => {
        if (node instanceof HTMLTableElement) {
          const rows = [...node.rows].map(
            (row) => `<tr>${[...row.cells].map((cell) => `<td>${inline(cell).trim()}</td>`).join("")}</tr>`,
          );
          return `<table>${rows.join("\n")}</table>\n`;
        }
        if (node instanceof Element && node.querySelector("table") !== null) {
          return [...node.childNodes].map(block).join("");
        }
        const isLeaf =
          !(node instanceof Element) ||
          node.tagName === "A" ||
          [...node.childNodes].every((child) => child.nodeType === Node.TEXT_NODE);
        if (isLeaf) {
          const text = inline(node).trim();
          return text === "" ? "" : `<p>${text}</p>\n`;
        }
        return ["SCRIPT", "STYLE", "TEMPLATE", "svg"].includes(node.tagName)
          ? ""
          : [...node.childNodes].map(block).join("");
      };
      return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(document.title)}</title></head><body>\n${block(document.body)}</body></html>\n`;
    });
  } finally {
    await browser.close();
  }
}
