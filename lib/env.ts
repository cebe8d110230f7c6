import { readSecretFiles } from "./env-files";
import { ENV_NAMES, readEnv, type Env } from "./env-schema";

/** `next build` imports every module, so the variables need values. These are used only during the build. */
const BUILD_TIME = {
  DATABASE_URL: "postgres://build@127.0.0.1:1/build",
  SARJ_WEBHOOK_SECRETS: "build-time-only-0123456789abcdef",
  AUTH_SECRET: "x".repeat(32),
  APP_URL: "http://localhost:3000",
};

function load(): Env {
  const building = process.env.NEXT_PHASE === "phase-production-build";
  const files = building
    ? { env: { ...process.env, ...BUILD_TIME }, problems: [] }
    : readSecretFiles(process.env, ENV_NAMES);
  const result = readEnv(files.env);
  if (result.ok && files.problems.length === 0) {
    return result.env;
  }
  const problems = [...files.problems, ...(result.ok ? [] : result.problems)];
  throw new Error(
    ["Callboard cannot start, its environment is not right:", ...problems.map((line) => `  - ${line}`)].join("\n"),
  );
}

/** The environment, validated at the first import. Only this file, `instrumentation.ts` and `next.config.ts` read `process.env`. */
export const env: Env = load();
