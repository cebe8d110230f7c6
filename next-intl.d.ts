import type { formats } from "@/lib/i18n/formats";
import type { IntlLocale } from "@/lib/i18n/locales";
import type { Messages } from "@/lib/i18n/messages";

declare module "next-intl" {
  interface AppConfig {
    Locale: IntlLocale;
    Messages: Messages;
    Formats: typeof formats;
  }
}
