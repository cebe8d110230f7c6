import type { APIRequestContext } from "@playwright/test";

import { ADMIN } from "@/tests/fixtures/environment";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";

/**
 * Submits a form as a browser does without scripts, or before they have loaded: with the hidden fields, and with the origin `null`,
 * because the page's referrer policy is `no-referrer`.
 */
async function submit(request: APIRequestContext, url: string, typed: Record<string, string>) {
  const html = await (await request.get(url)).text();
  const hidden = [...html.matchAll(/<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g)].map(
    ([, name = "", value = ""]) => [name, value.replaceAll("&quot;", '"').replaceAll("&amp;", "&")] as const,
  );
  return request.post(url, {
    maxRedirects: 0,
    headers: { origin: "null", "sec-fetch-site": "same-origin" },
    multipart: { ...Object.fromEntries(hidden), ...typed },
  });
}

test("the sign-in form works without scripts: it shows errors, keeps the e-mail and redirects after a correct password", async ({
  app,
  request,
}) => {
  await signIn(app.url);
  const url = `${app.url}/sign-in?next=%2Fdeliveries`;

  const refused = await submit(request, url, { email: ADMIN.email, password: "not the password" });
  expect(refused.status()).toBe(200);
  const html = await refused.text();
  expect(html).toContain("Incorrect e-mail address or password.");
  expect(html).toContain(`value="${ADMIN.email}"`);
  expect(html).not.toContain("not the password");

  const answer = await submit(request, url, ADMIN);
  expect([answer.status(), answer.headers()["location"]]).toEqual([303, "/deliveries"]);
});
