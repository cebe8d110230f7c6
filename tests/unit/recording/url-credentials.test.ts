import { expect, test } from "@playwright/test";

import { withoutCredentialBytes, withoutCredentials } from "@/lib/recording/url-credentials";

const URL_START = "https://platform-api.sarj.ai/api/v1/calls/c/recording";

test("a credential in a URL is hidden whole, whatever characters it contains", () => {
  for (const value of ["abc", "v1:SECRET", "a,b@c*d|e", "(abc)", "a%3Ab", "a\\/b", "\\u003dabc", "ünïcode"]) {
    for (const name of ["t", "token", "access_token", "sig", "X-Goog-Signature"]) {
      const text = `{"url":"${URL_START}?a=1&${name}=${value}","next":"t=hello"}`;
      expect(withoutCredentials(text)).toBe(`{"url":"${URL_START}?a=1&${name}=…","next":"t=hello"}`);
      const hidden = withoutCredentialBytes(Buffer.from(text, "utf16le")).toString("utf16le");
      expect(hidden).not.toContain(value);
      expect(hidden).toContain('"next":"t=hello"');
    }
  }
  expect(withoutCredentials(`${URL_START}?t=secret&b=2#part`)).toBe(`${URL_START}?t=…&b=2#part`);
  expect(withoutCredentials(`see ${URL_START}?t=secret and call`)).toBe(`see ${URL_START}?t=… and call`);
});

test("a text that begins like a parameter stays", () => {
  for (const text of ["t=hello", "set t=5 and u=6", "What? t=5", "at=1"]) {
    expect(withoutCredentials(text)).toBe(text);
  }
});
