import type { ComponentProps } from "react";

import CallPage, { generateMetadata as callMetadata } from "../../[callId]/page";

type Props = ComponentProps<typeof CallPage>;

/** A call that is opened from the list, beside it: the same as its page. */
export default function PanelPage({ params, searchParams }: Props) {
  return <CallPage params={unmarked(params)} searchParams={searchParams} />;
}

export function generateMetadata({ params, searchParams }: Props) {
  return callMetadata({ params: unmarked(params), searchParams });
}

/** `next dev` marks an intercepted id once more each time that it has found a new route. */
async function unmarked(params: Props["params"]): Promise<{ callId: string }> {
  const { callId } = await params;
  return { callId: callId.replace(/^(?:\(\.\))+/, "") };
}
