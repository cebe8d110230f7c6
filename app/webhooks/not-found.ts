/** The same answer for a wrong secret and a wrong path, so that it reveals nothing. Does not read the body. */
export function notFound(): Response {
  return Response.json({ error: "not_found" }, { status: 404, headers: { Connection: "close" } });
}
