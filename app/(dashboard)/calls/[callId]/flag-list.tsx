import { useTranslations } from "next-intl";

import { Id } from "@/components/ui/ltr";
import { maskTextFor, type NumberAccess } from "@/lib/phone/access";

/** The flags of a delivery or of an answer, folded. A flag may contain any text of the vendor, so people who see no numbers see none here. */
export function FlagList({ flags, access }: { flags: readonly string[]; access: NumberAccess }) {
  const t = useTranslations("call.history");
  if (flags.length === 0) {
    return null;
  }
  return (
    <details className="text-xs text-muted">
      <summary className="select-none hover:text-foreground">{t("flags", { count: flags.length })}</summary>
      <ul className="mt-1 space-y-0.5 ps-3">
        {flags.map((flag, index) => (
          // A key is in the page too, and a flag may contain a number. The list never changes its order.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            <Id>{maskTextFor(access, flag, null)}</Id>
          </li>
        ))}
      </ul>
    </details>
  );
}
