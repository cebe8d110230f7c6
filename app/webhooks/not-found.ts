/** The answer to every wrong secret and every wrong path: nothing in it says which of the two, and the body is not read. */
export function notFound(): Response {
  return Response.json({ error: "not_found" }, { status: 404, headers: { Connection: "close" } });
}
