import type { IntlLocale } from "@/lib/i18n/locales";
import type { Messages } from "@/lib/i18n/messages";

declare module "next-intl" {
  interface AppConfig {
    Locale: IntlLocale;
    Messages: Messages;
    // No names: see `lib/i18n/formats.ts`.
    Formats: Record<"dateTime" | "number" | "list", Record<never, never>>;
  }
}
