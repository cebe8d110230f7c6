import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { deviceOf } from "@/lib/http/user-agent";

const CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0";

for (const [userAgent, device] of [
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`, ["Chrome", "Windows", "computer"]],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 Edg/141.0.0.0`, ["Edge", "Windows", "computer"]],
  [`Mozilla/5.0 (X11; Linux x86_64) ${CHROME} Safari/537.36 OPR/120.0.0.0`, ["Opera", "Linux", "computer"]],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", ["Firefox", "Linux", "computer"]],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
    ["Safari", "macOS", "computer"],
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Mobile/15E148 Safari/604.1",
    ["Chrome", "iPhone", "phone"],
  ],
  [
    `Mozilla/5.0 (Linux; Android 10; K) ${CHROME} Mobile Safari/537.36 SamsungBrowser/28.0`,
    ["Samsung Internet", "Android", "phone"],
  ],
  [`Mozilla/5.0 (Linux; Android 10; K) ${CHROME} Safari/537.36`, ["Chrome", "Android", "tablet"]],
  [
    `Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) ${CHROME} HuaweiBrowser/14.0.5.302 Mobile Safari/537.36`,
    ["Huawei Browser", "HarmonyOS", "phone"],
  ],
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} YaBrowser/25.8.0.0 Safari/537.36`,
    ["Yandex Browser", "Windows", "computer"],
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
    ["DuckDuckGo", "iPhone", "phone"],
  ],
  ["curl/8.14.1", ["curl", null, "program"]],
  ["", [null, null, "unknown"]],
] as const) {
  test(`${device.join(" ")} is recognized by its user agent`, () => {
    const { browser, system, kind } = deviceOf(userAgent);
    expect([browser, system, kind]).toEqual([...device]);
  });
}

test("parsing never throws, and a missing header gives an unknown device", () => {
  expect(deviceOf(null).kind).toBe("unknown");
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 2_000 }), (text) => void deviceOf(text)));
});
