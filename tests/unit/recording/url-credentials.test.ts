import { expect, test } from "@playwright/test";

import { withoutCredentialBytes, withoutCredentials } from "@/lib/recording/url-credentials";

const URL_START = "https://platform-api.sarj.ai/api/v1/calls/c/recording";

test("a credential in a URL is hidden whole, whatever characters it contains", async () => {
  for (const value of ["abc", "v1:SECRET", "a,b@c*d|e", "(abc)", "a%3Ab", "a\\/b", "\\u003dabc", "ünïcode"]) {
    for (const name of ["t", "token", "access_token", "sig", "X-Goog-Signature"]) {
      const text = `{"url":"${URL_START}?a=1&${name}=${value}","next":"t=hello"}`;
      expect(withoutCredentials(text)).toBe(`{"url":"${URL_START}?a=1&${name}=…","next":"t=hello"}`);
      const hidden = (await withoutCredentialBytes(Buffer.from(text, "utf16le"))).toString("utf16le");
      expect(hidden).not.toContain(value);
      expect(hidden).toContain('"next":"t=hello"');
    }
  }
  expect(withoutCredentials(`${URL_START}?t=secret&b=2#part`)).toBe(`${URL_START}?t=…&b=2#part`);
  expect(withoutCredentials(`see ${URL_START}?t=secret and call`)).toBe(`see ${URL_START}?t=… and call`);
});

test("a signature is hidden outside of a URL too", () => {
  expect(withoutCredentials("the Signature=abc%2Fd and X-Goog-Signature=0abc9f of it")).toBe(
    "the Signature=… and X-Goog-Signature=… of it",
  );
});

test("a text that begins like a parameter stays", () => {
  for (const text of ["t=hello", "set t=5 and u=6", "What? t=5", "at=1"]) {
    expect(withoutCredentials(text)).toBe(text);
  }
});

const SECRET = "S3cr3t-v4lue_0";
const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJTM2NyM3QifQ.S3cr3tS1gnature";

for (const url of [
  `https://x.example/r?T=${SECRET}&b=kept`,
  `https://x.example/r?b=kept&amp;SIG=${SECRET}`,
  String.raw`https:\/\/x.example\/r?b=kept\u0026Token=${SECRET}`,
  String.raw`https:\\/\\/x.example\\/r?b=kept\\u0026token\\u003d${SECRET}`,
  `https://x.example/r?b=kept&%74oken=${SECRET}`,
  `https://x.example/r?b=kept&s%69g=${SECRET}`,
  `https://x.example/go?b=kept&next=https%3A%2F%2Fy.example%2F%3Ft%3D${SECRET}`,
  `https://x.example/go?b=kept&next=https%253A%252F%252Fy.example%252F%253Ft%253D${SECRET}`,
  `https://x.example/go?b=kept&next=https://y.example/?t=${SECRET}`,
  `https://x.s3.amazonaws.com/o?b=kept&X-Amz-Signature=${SECRET}&X-Amz-Expires=9`,
  `https://x.s3.amazonaws.com/o?b=kept&X-Amz-Security-Token=${SECRET}`,
  `https://x.blob.core.windows.net/c/o?sv=2024-11-04&se=kept&sp=r&sig=${SECRET}`,
  `https://x.cloudfront.net/o?b=kept&Policy=${SECRET}`,
  `https://x.cloudfront.net/o?b=kept&Key-Pair-Id=${SECRET}`,
  `https://x.example/o?b=kept&hdnts=exp=1~hmac=${SECRET}`,
  `https://x.example/o?b=kept&Expires=9&OSSAccessKeyId=${SECRET}`,
  `https://x.example/o?b=kept&auth_key=${SECRET}`,
  `https://x.example/o?b=kept&sign=${SECRET}`,
  `https://x.example/o?b=kept&X-Tos-Sign=${SECRET}`,
  `https://x.example/o?b=kept&rlkey=${SECRET}`,
  `https://x.example/o?b=kept&tempauth=${SECRET}`,
  `https://x.example/api/f?b=kept&code=${SECRET}`,
  `https://x.example/o?b=kept&subscription-key=${SECRET}`,
  `https://x.example/kept;jsessionid=${SECRET}`,
  `https://x.example/o?b=kept&PHPSESSID=${SECRET}`,
  `https://x.example/o?b=kept&__token__=${SECRET}`,
  `https://x.example/o?b=kept&token[]=${SECRET}`,
  `https://x.example/o?b=kept&user%5Btoken%5D=${SECRET}`,
  `https://x.example/o?b=kept&token2=${SECRET}`,
  `https://x.example/#kept&access_token=${SECRET}`,
  `https://x.example/?b=kept#id_token=${SECRET}`,
  `https://user:${SECRET}@x.example/kept`,
  `https://${SECRET}@x.example/kept`,
  `https://user:p@${SECRET}@x.example/kept`,
  `https://user:p%2F${SECRET}@x.example/kept`,
  `https://x.example/go?b=kept&next=https%3A%2F%2Fuser%3A${SECRET}%40y.example%2Fkept`,
  `https://x.example/go?b=kept&next=https%253A%252F%252Fuser%253A${SECRET}%2540y.example`,
  String.raw`https:\/\/user:${SECRET}@x.example\/kept`,
  `https://x.example/kept/${JWT}/play`,
  `https://x.example/kept#${JWT}`,
]) {
  test(`the credential in ${url} is hidden, and nothing else`, async () => {
    for (const text of [
      url,
      `see ${url} now`,
      JSON.stringify({ url }),
      JSON.stringify({ inner: JSON.stringify({ url }) }),
      JSON.stringify([JSON.stringify([JSON.stringify([`say "${url}"`])])]),
    ]) {
      const hidden = withoutCredentials(text);
      expect(hidden).not.toMatch(/S3cr3t|eyJzdWIi/);
      expect(hidden).toContain("kept");
      expect(withoutCredentials(hidden)).toBe(hidden);
      if (text.startsWith("{") || text.startsWith("[")) {
        JSON.parse(hidden);
      }
      const bytes = (await withoutCredentialBytes(Buffer.from(text, "utf16le"))).toString("utf16le");
      expect(bytes).not.toMatch(/S3cr3t|eyJzdWIi/);
    }
  });
}

test("what looks like a credential and is none stays", () => {
  for (const text of [
    "https://x.example/r?tab=1&type=2&page=3&design=4",
    "https://x.example/r?code=200&session=12&sign=3&keyword=a&author=b&signal=c&token_type=d&country_code=966&list[]=e",
    "https://x.example/go?next=https%3A%2F%2Fy.example%2Fr%3Femail%3Dsara%40z.example",
    "mail sara@x.example at 10:30",
    "https://x.example/@sara?b=1",
    "eyJust a word. and another.",
    "https://x.example/a?X-Goog-Date=20260504T090000Z&X-Goog-Expires=3600",
  ]) {
    expect(withoutCredentials(text)).toBe(text);
  }
});

test("hiding credentials takes time in proportion to the size", () => {
  const timeOf = (text: string) => {
    const before = process.cpuUsage();
    withoutCredentials(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  for (const piece of [
    "?",
    "&a",
    "?t",
    "%3",
    "\\",
    "\\u0026",
    "a",
    "eyJ",
    "eyJabcdefgh.",
    "://",
    ":/a@",
    "signature",
    "?a=",
    "?t=b&",
    "%25",
    ";sig",
    "://a:b",
    "://a@",
    "%3A%2F%2Fa",
    "?a[",
  ]) {
    timeOf(piece.repeat(20_000 / piece.length));
    const small = timeOf(piece.repeat(100_000 / piece.length));
    const large = Math.min(...[1, 2].map(() => timeOf(piece.repeat(400_000 / piece.length))));
    expect(large, `${piece}: ${small} ms, ${large} ms`).toBeLessThan(8 * small + 100);
  }
});
