import { expect, test } from "@playwright/test";

import { streamProblem } from "@/lib/audit-stream/problem";

for (const [code, problem] of [
  ["ECONNREFUSED", "unreachable"],
  ["ENOTFOUND", "unreachable"],
  ["ETIMEDOUT", "unreachable"],
  ["ECONNRESET", "unreachable"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "certificate"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "certificate"],
  ["CERT_HAS_EXPIRED", "certificate"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate"],
  ["EPROTO", "certificate"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "certificate"],
  ["HTTP_401", "forbidden"],
  ["HTTP_403", "forbidden"],
  ["HTTP_302", "redirect"],
  ["HTTP_400", "refused"],
  ["HTTP_503", "refused"],
  ["NOT_CONFIRMED", "notConfirmed"],
  ["TypeError", "unknown"],
] as const) {
  test(`${code} means ${problem}`, () => {
    expect(streamProblem(code)).toBe(problem);
  });
}
