/**
 * The empty route handler that `npm run bench` compares the webhook with: it reads its body and answers as much. Only a build for the bench
 * contains it (`next.config.ts`).
 */
export async function POST(request: Request): Promise<Response> {
  const body = await request.arrayBuffer();
  return Response.json({ verdict: "read", bytes: body.byteLength });
}
