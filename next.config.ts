import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./server/i18n.ts");

const config: NextConfig = {
  typedRoutes: true,
  poweredByHeader: false,
  reactStrictMode: true,
  // A 308 is a failed delivery to the vendor, so `/webhooks/sarj/<secret>/` must be served where it is.
  skipTrailingSlashRedirect: true,
  // Lets a page answer 401 and 403 with a page of its own (`unauthorized()`, `forbidden()`).
  // Without `strictRouteTypes`, every build writes its folder into tsconfig.json.
  experimental: { authInterrupts: true, strictRouteTypes: true },
  // `npm start` and `npm test` build without it: the tests check the types themselves, once.
  typescript: { ignoreBuildErrors: process.env.CALLBOARD_SKIP_TYPE_CHECK === "1" },
  // `next dev` prints every path, and the webhook's holds its secret.
  logging: { incomingRequests: { ignore: [/^\/webhooks\//] } },
  // `npm test` builds beside a running dashboard without touching its build.
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
};

export default withNextIntl(config);
