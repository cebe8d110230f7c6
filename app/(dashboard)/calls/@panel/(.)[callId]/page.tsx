import type { ComponentProps } from "react";

import CallPage, { generateMetadata as callMetadata } from "../../[callId]/page";

type Props = ComponentProps<typeof CallPage>;

/** A call that is opened from the list, in a panel beside it: the same content as its page. */
export default function PanelPage({ params, searchParams }: Props) {
  return <CallPage params={withoutMarker(params)} searchParams={searchParams} />;
}

export function generateMetadata({ params, searchParams }: Props) {
  return callMetadata({ params: withoutMarker(params), searchParams });
}

/** `next dev` adds the marker `(.)` to an intercepted segment again each time it finds a new route. */
async function withoutMarker(params: Props["params"]): Promise<{ callId: string }> {
  const { callId } = await params;
  return { callId: callId.replace(/^(?:\(\.\))+/, "") };
}
