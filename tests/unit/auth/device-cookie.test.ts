import { expect, test } from "@playwright/test";

import { makeToken } from "@/lib/people/one-time-token";
import { makeDeviceCookie, readDeviceCookie } from "@/server/auth/device-cookie";

test("a device's cookie is read if Callboard has signed it, and any other is refused without a query", () => {
  const [token, other] = [makeToken(), makeToken()];
  const cookie = makeDeviceCookie(token);
  expect(readDeviceCookie(cookie)).toBe(token);
  const [, signature = ""] = cookie.split(".");
  for (const forged of [
    `${other}.${signature}`,
    `${token}.${makeToken()}`,
    `${token}.${signature.slice(0, -1)}`,
    `${token}.`,
    token,
    `.${signature}`,
    "",
    null,
    undefined,
  ]) {
    expect(readDeviceCookie(forged), String(forged)).toBeNull();
  }
});
