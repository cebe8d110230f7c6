import { env } from "@/lib/env";

import { secretLabel } from "./secrets";

/** The labels of the secrets that are in use, in the order in which the environment names them. */
export function secretLabels(): string[] {
  return env.SARJ_WEBHOOK_SECRETS.map(secretLabel);
}
