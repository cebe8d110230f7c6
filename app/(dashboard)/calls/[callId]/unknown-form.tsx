import { useTranslations } from "next-intl";

import { JsonTree } from "@/components/json-tree";
import type { Json } from "@/lib/call/facts";

/** A value that came from the vendor in a form that Callboard does not know: shown as it came, because "there is none" would be wrong. */
export function UnknownForm({ value }: { value: Json }) {
  const t = useTranslations("call.unknownForm");
  return (
    <div className="space-y-2">
      <p className="text-muted">{t("text")}</p>
      <JsonTree value={value} className="border-t pt-2" />
    </div>
  );
}
