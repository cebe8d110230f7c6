import { readApiAnswer } from "@/db/deliveries/api-answers";
import { callIdOfSegment } from "@/lib/url/path-segment";
import { answerRawBody } from "@/server/raw-body";

/** One kept answer of the vendor's API about a call, see `answerRawBody`. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ callId: string; answerId: string }> },
): Promise<Response> {
  const { callId: segment, answerId } = await params;
  const callId = callIdOfSegment(segment);
  return answerRawBody(request, { callId, id: answerId }, "api_answer_viewed", readApiAnswer);
}
