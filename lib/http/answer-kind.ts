/** The header that `proxy.ts` sets on each request to a page, whatever the client sent: whether the answer is a document or data for the router. */
export const ANSWER_HEADER = "x-answer";

export type AnswerKind = "html" | "data";

/** Next's router asks for data with `RSC`, and gets data as the result of an action. Everything else gets a document. */
export function answerKind(headers: Headers): AnswerKind {
  return headers.has("rsc") || headers.has("next-action") ? "data" : "html";
}
