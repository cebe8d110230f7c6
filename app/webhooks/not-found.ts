/** The same answer for a wrong secret and a wrong path, so that it reveals nothing. The body is not read. */
export function notFound(): Response {
  return Response.json({ error: "not_found" }, { status: 404, headers: { Connection: "close" } });
}
