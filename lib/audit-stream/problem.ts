/** Why the receiver of the audit log does not take the events, in the terms of the page's messages. */
export const STREAM_PROBLEMS = [
  "unreachable",
  "certificate",
  "forbidden",
  "redirect",
  "refused",
  "notConfirmed",
  "unknown",
] as const;
type StreamProblem = (typeof STREAM_PROBLEMS)[number];

/** Explains the code of an error of `syslog.ts` or `json-lines.ts`, of Node or of OpenSSL (`X509_V_ERR_…`). */
export function streamProblem(code: string): StreamProblem {
  if (code === "NOT_CONFIRMED") {
    return "notConfirmed";
  }
  if (code === "HTTP_401" || code === "HTTP_403") {
    return "forbidden";
  }
  if (code.startsWith("HTTP_")) {
    return code.startsWith("HTTP_3") ? "redirect" : "refused";
  }
  if (/CERT|^ERR_(?:TLS|SSL|OSSL)|SELF_SIGNED|^UNABLE_TO|^EPROTO$/.test(code)) {
    return "certificate";
  }
  return /^E[A-Z_]{3,}$/.test(code) ? "unreachable" : "unknown";
}
