import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";

import type { Namespace } from "@/lib/i18n/namespaces";
import { pickMessages } from "@/lib/i18n/pick-messages";

import { AddedMessages } from "./added-messages";

/**
 * Sends these messages to the browser, for the client components below, in addition to those that the layouts above send. All messages
 * together would be most of a page. `tests/unit/i18n/client-messages.test.ts` compares the lists with what the client components use.
 */
export async function ClientMessages({
  of,
  except,
  children,
}: {
  /** Namespaces, or parts of them: `calls`, `overview.range`. */
  of: readonly (Namespace | `${Namespace}.${string}`)[];
  /** Parts of these that only server components use. */
  except?: readonly `${Namespace}.${string}`[];
  children: ReactNode;
}) {
  return <AddedMessages messages={pickMessages(await getMessages(), of, except)}>{children}</AddedMessages>;
}
