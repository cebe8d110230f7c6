import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./server/i18n.ts");

const config: NextConfig = {
  typedRoutes: true,
  poweredByHeader: false,
  reactStrictMode: true,
  // To the vendor a 308 is a failed delivery, so `/webhooks/sarj/<secret>/` must not be redirected.
  skipTrailingSlashRedirect: true,
  // `authInterrupts` allows `unauthorized()` and `forbidden()`, which answer 401 and 403 with a page of their own.
  // Without `strictRouteTypes`, every build adds its folder to tsconfig.json.
  experimental: { authInterrupts: true, strictRouteTypes: true },
  // `npm start` and `npm test` build without a check of types: `npm test` runs tsc itself.
  typescript: { ignoreBuildErrors: process.env.CALLBOARD_SKIP_TYPE_CHECK === "1" },
  // `next dev` prints the path of every request, and the path of the webhook contains its secret.
  logging: { incomingRequests: { ignore: [/^\/webhooks\//] } },
  // `npm test` builds into a folder of its own, because `npm start` may be running from `.next`.
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
};

export default withNextIntl(config);
