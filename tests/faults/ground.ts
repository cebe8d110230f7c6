import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import postgres from "postgres";

import { migrate } from "@/db/migrate";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@/scripts/embedded-postgres";

import { type App, type AppOptions, startApp } from "../fixtures/app";

/** A PostgreSQL of its own, to be stopped, frozen and killed, and applications on it. */
export type Ground = {
  folder: string;
  postgres: EmbeddedPostgres;
  /** Connects anew for every use: a connection that was kept would not live through the faults. */
  query<Row extends postgres.MaybeRow>(run: (sql: postgres.Sql) => Promise<Row[]>): Promise<Row[]>;
  startApp(options?: Partial<AppOptions>): Promise<App>;
  close(): Promise<void>;
};

export async function layGround({ settings = {} }: { settings?: Record<string, string> } = {}): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), "callboard-faults-"));
  // Durable: what the application was told is committed must be there after a crash.
  const server = await startEmbeddedPostgres({ directory: join(folder, "postgres"), settings });
  await migrate(server.url);
  const apps: App[] = [];
  return {
    folder,
    postgres: server,
    async query(run) {
      const sql = postgres(server.superuserUrl.replace(/\/postgres$/, "/callboard"), { max: 1, onnotice: () => {} });
      try {
        return await run(sql);
      } finally {
        await sql.end({ timeout: 1 });
      }
    },
    async startApp(options = {}) {
      // Enrichment would add its own load; the tests that want it name a vendor.
      const env = { SARJ_API_KEY: undefined, ...options.env };
      const app = await startApp({ databaseUrl: server.url, ...options, env });
      apps.push(app);
      return app;
    },
    async close() {
      await Promise.all(apps.map((app) => app.kill()));
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
