import { readDeliveryBody } from "@/db/deliveries/call-deliveries";
import { callIdOfSegment } from "@/lib/url/path-segment";
import { answerRawBody } from "@/server/raw-body";

/** The body of one delivery of a call, see `answerRawBody`. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ callId: string; deliveryId: string }> },
): Promise<Response> {
  const { callId: segment, deliveryId } = await params;
  const callId = callIdOfSegment(segment);
  return answerRawBody(request, { callId, id: deliveryId }, "delivery_viewed", readDeliveryBody);
}
