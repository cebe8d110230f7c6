import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./server/i18n.ts");

const config: NextConfig = {
  typedRoutes: true,
  poweredByHeader: false,
  // Nothing uses Next's image optimizer, and anyone could make it work. With this, `/_next/image` answers 404.
  images: { unoptimized: true },
  reactStrictMode: true,
  // The vendor treats a 308 as a failure, so `/webhooks/sarj/<secret>/` must not be redirected.
  skipTrailingSlashRedirect: true,
  // Otherwise `proxy.ts` does not see whether the router asks for data.
  skipProxyUrlNormalize: true,
  // `authInterrupts` enables `forbidden()`, which answers 403 with its own page.
  // Without `strictRouteTypes`, every build adds its folder to tsconfig.json.
  experimental: { authInterrupts: true, strictRouteTypes: true },
  // `npm start` and `npm test` build without type checking; `npm test` runs tsc separately.
  typescript: { ignoreBuildErrors: process.env.CALLBOARD_SKIP_TYPE_CHECK === "1" },
  // `next dev` prints the path of every request, and the path of the webhook contains its secret.
  logging: { incomingRequests: { ignore: [/^\/webhooks\//] } },
  // The routes that `npm run bench` compares with are in no other build.
  pageExtensions: [...(process.env.CALLBOARD_BENCH === "1" ? ["bench.ts", "bench.tsx"] : []), "ts", "tsx"],
  // `npm test` builds into a separate folder, because `npm start` may be running from `.next`.
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
  // Otherwise Next looks for the root further up, where a release (`npm run upgrade`) finds the project that it is a copy of.
  outputFileTracingRoot: process.cwd(),
  turbopack: { root: process.cwd() },
};

export default withNextIntl(config);
