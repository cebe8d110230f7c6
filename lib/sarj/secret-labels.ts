import { env } from "@/lib/env";

import { secretLabel } from "./secrets";

/** The labels of the configured secrets, in the order of `SARJ_WEBHOOK_SECRETS`. */
export function secretLabels(): string[] {
  return env.SARJ_WEBHOOK_SECRETS.map(secretLabel);
}
