import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./app/i18n.ts");

const config: NextConfig = {
  typedRoutes: true,
  poweredByHeader: false,
  reactStrictMode: true,
  // A 308 is a failed delivery to the vendor, so `/webhooks/sarj/<secret>/` must be served where it is.
  skipTrailingSlashRedirect: true,
  // Lets a page answer 401 and 403 with a page of its own (`unauthorized()`, `forbidden()`).
  experimental: { authInterrupts: true },
  // `npm test` builds beside a running dashboard without touching its build.
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
};

export default withNextIntl(config);
