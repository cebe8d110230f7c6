import type { ComponentProps } from "react";

import CallPage, { generateMetadata as callMetadata } from "../../[callId]/page";

type Props = ComponentProps<typeof CallPage>;

/** A call that was opened from the list. It has the same content as the call's page, in a panel beside the list. */
export default function PanelPage({ params, searchParams }: Props) {
  return <CallPage params={withoutMarker(params)} searchParams={searchParams} />;
}

export function generateMetadata({ params, searchParams }: Props) {
  return callMetadata({ params: withoutMarker(params), searchParams });
}

/** `next dev` adds the marker `(.)` to an intercepted segment once more each time it finds a new route. */
async function withoutMarker(params: Props["params"]): Promise<{ callId: string }> {
  const { callId } = await params;
  return { callId: callId.replace(/^(?:\(\.\))+/, "") };
}
