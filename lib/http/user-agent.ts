export type Device = {
  /** A proper name, not translated; null if the header names no known browser. */
  browser: string | null;
  system: string | null;
  kind: "computer" | "phone" | "tablet" | "program" | "unknown";
};

/** The order matters: the header of a browser also names the browsers with which it claims to be compatible. */
const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\b(OPR|OPT|OPiOS)\/|\bOpera\b/, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bHuaweiBrowser\//, "Huawei Browser"],
  [/\bYaBrowser\//, "Yandex Browser"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bDuckDuckGo\//, "DuckDuckGo"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(HeadlessChrome|Chrome|Chromium|CriOS)\//, "Chrome"],
  [/\bVersion\/[\d.]+.*\bSafari\//, "Safari"],
];

const SYSTEMS: readonly [RegExp, string, Device["kind"]][] = [
  [/\biPhone\b|\biPod\b/, "iPhone", "phone"],
  [/\biPad\b/, "iPad", "tablet"],
  [/\bOpenHarmony\b|\bHarmonyOS\b/, "HarmonyOS", "phone"],
  [/\bAndroid\b.*\bMobile\b/, "Android", "phone"],
  [/\bAndroid\b/, "Android", "tablet"],
  [/\bWindows\b/, "Windows", "computer"],
  [/\bCrOS\b/, "ChromeOS", "computer"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS", "computer"],
  [/\bLinux\b|\bX11\b/, "Linux", "computer"],
];

const PROGRAM = /^(curl|Wget|python-requests|Python|node|undici|axios|okhttp|Go-http-client|PostmanRuntime|Java)\b/i;

/**
 * The browser, system and kind of device that a `User-Agent` header (RFC 9110, 10.1.5) names, so that users can recognize their sessions.
 * Without versions, because browsers freeze them. Never throws.
 *
 * Why not `bowser` (2.15.1): it identifies Huawei Browser and DuckDuckGo as Chrome or Safari and HarmonyOS as Android, does not recognize
 * programs such as curl, and throws on an empty string.
 */
export function deviceOf(userAgent: string | null): Device {
  const text = (userAgent ?? "").slice(0, 1_000);
  const program = PROGRAM.exec(text)?.[1];
  if (program !== undefined) {
    return { browser: program, system: null, kind: "program" };
  }
  const browser = BROWSERS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
  const [, system = null, kind = "unknown"] = SYSTEMS.find(([pattern]) => pattern.test(text)) ?? [];
  return { browser, system, kind };
}
