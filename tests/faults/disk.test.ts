import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "@playwright/test";

import { type Deployment, test } from "@/tests/fixtures/deployment";

import { cookieHeader, signIn } from "../fixtures/sign-in";
import { complete } from "../fixtures/webhooks";
import { health, isLong, runFault, spooled, statuses } from "./scenario";

/** The disk of Postgres or of the spool is full. Each disk is a separate small file system. */

const MEGABYTE = 1024 * 1024;

const mounted: string[] = [];
test.afterEach(() => {
  for (const path of mounted.splice(0)) {
    // Lazy unmount: Postgres may still have open files there.
    execFileSync("umount", ["-l", path]);
  }
});

/** Mounts a file system in memory. Returns null if this user may not mount one. */
function mountSmallDisk(deployment: Deployment, name: string, megabytes: number) {
  const path = join(deployment.folder, name);
  mkdirSync(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0777`, "callboard-test", path], {
      stdio: "ignore",
    });
    mounted.push(path);
  } catch {
    return null;
  }
  const filler = join(path, "filler");
  return {
    path,
    /** Fills all free space. */
    fill() {
      for (const size of [MEGABYTE, 4096, 1]) {
        try {
          for (;;) {
            writeFileSync(filler, Buffer.alloc(size), { flag: "a" });
          }
        } catch {
          // No space left for a block of this size.
        }
      }
    },
    empty: () => rmSync(filler, { force: true }),
  };
}

const CANNOT_MOUNT = "mounting a small tmpfs needs root: this row was NOT tested on this machine";

test("row 45: Postgres's disk is full: deliveries are spooled, reads work, no restart is needed", async ({
  deployment,
}, info) => {
  test.setTimeout(120_000);
  const disk = mountSmallDisk(deployment, "tablespace", 24);
  test.skip(disk === null, CANNOT_MOUNT);
  if (disk === null) {
    return;
  }
  const space = join(disk.path, "space");
  mkdirSync(space);
  const { uid, gid } = statSync(deployment.postgres.directory);
  chownSync(space, uid, gid);
  await deployment.query(async (sql) => {
    await sql.unsafe(`create tablespace small location '${space}'`);
    for (const table of ["deliveries", "calls", "call_details"]) {
      await sql.unsafe(`alter table ${table} set tablespace small`);
    }
    return [];
  });
  const app = await deployment.startApp({ env: { SPOOL_DIR: join(deployment.folder, "spool-45") } });
  // This is longer than the application holds a request, so the first deliveries are spooled and logged with the reason.
  const seconds = isLong ? 20 : 10;
  const found = await runFault(info, {
    row: "45",
    fault: `Postgres's disk full (53100) for ${seconds} s, with a spool`,
    deployment,
    app,
    begin: async () => disk.fill(),
    end: async () => {
      const health = await fetch(`${app.url}/api/health`);
      expect([health.status, await health.json()], "reads work").toMatchObject([200, { database: "ok" }]);
      disk.empty();
    },
    seconds,
    // Enough to exceed the space that Postgres has already allocated.
    padding: 20_000,
  });
  expect(app.logs()).toContain('"error_code":"53100"');
  expect(found).toMatchObject({ lost: 0, forgotten: [], duplicated: 0, answered: found.sent });
  expect(statuses(found.results)["202"], "some were spooled").toBeGreaterThan(0);
  await app.stop();
  await deployment.query(async (sql) => {
    for (const table of ["deliveries", "calls", "call_details"]) {
      await sql.unsafe(`alter table ${table} set tablespace pg_default`);
    }
    await sql.unsafe("drop tablespace small");
    return [];
  });
});

test("row 45: if the spool's disk is also full, the answer is 503; the spool is used again when there is space", async ({
  deployment,
}) => {
  test.setTimeout(120_000);
  const disk = mountSmallDisk(deployment, "spool-disk", 16);
  test.skip(disk === null, CANNOT_MOUNT);
  if (disk === null) {
    return;
  }
  const app = await deployment.startApp({ env: { SPOOL_DIR: join(disk.path, "spool") } });
  // Half of the disk is reserved: what is left is little, and both the health and the page say so before it is full.
  await expect
    .poll(() => health(app), { timeout: 20_000 })
    .toMatchObject({ status: "degraded", reasons: ["spool_low"], spool: "low" });
  const cookie = cookieHeader(await signIn(app.url));
  const page = await fetch(`${app.url}/deliveries`, { headers: { cookie, "accept-language": "en" } });
  // The messages of the catalogue are in the page too, but not within an element.
  expect(await page.text()).toMatch(/>Room on disk for about [\d,]+ more waiting deliveries</);
  const send = async (name: string) => {
    const response = await fetch(app.webhookUrl, { method: "POST", body: JSON.stringify(complete(name)) });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  await deployment.postgres.stop();
  // These concurrent deliveries exceed the half of the disk that the spool may use: some are spooled, and none is spooled in part.
  const heavy = Array.from({ length: 8 }, (_, index) =>
    fetch(app.webhookUrl, {
      method: "POST",
      body: JSON.stringify(complete(`heavy-${index}`, { padding: "x".repeat(2_000_000) })),
    }),
  );
  const answers = (await Promise.all(heavy)).map(({ status }) => status);
  expect(answers).toContain(503);
  expect(answers).toContain(202);
  disk.fill();
  await expect
    .poll(() => health(app))
    .toMatchObject({ status: "degraded", reasons: ["database_unavailable", "spooled", "spool_full"], spool: "full" });
  expect(await send("no-room")).toEqual({ status: 503, body: { error: "not_stored", call_id: "no-room" } });
  expect(app.logs()).toContain('"error_code":"SPOOL_FULL"');
  disk.empty();
  expect(await send("room-again")).toMatchObject({ status: 202, body: { verdict: "spooled" } });
  await deployment.postgres.start();
  await expect.poll(() => spooled(app), { timeout: 30_000 }).toBe(0);
  const rows = await deployment.query(
    (sql) => sql`select call_id from calls where call_id like 'heavy-%' or call_id like '%room%'`,
  );
  expect(rows).toHaveLength(answers.filter((status) => status === 202).length + 1);
  expect(readdirSync(join(disk.path, "spool"))).toEqual([]);
  expect(app.logs()).not.toContain("spool_damaged");
  await app.stop();
});
