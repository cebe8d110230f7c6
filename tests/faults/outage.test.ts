import { setTimeout as wait } from "node:timers/promises";

import { expect, test } from "@playwright/test";

import { type Ground, layGround } from "./ground";
import { audit, startLoad } from "./load";

let ground: Ground;
test.beforeAll(async () => {
  ground = await layGround();
});
test.afterAll(() => ground.close());

test("row 39: nothing is lost while Postgres refuses, without a spool", async () => {
  test.setTimeout(120_000);
  const app = await ground.startApp({ env: { SPOOL_DIR: undefined } });
  const load = startLoad({ url: app.webhookUrl, perSecond: 20, name: "refused" });
  await wait(1000);
  await ground.postgres.stop();
  await wait(Number(process.env.OUTAGE ?? 6) * 1000);
  await ground.postgres.start();
  await wait(3000);
  const results = await load.stop();
  const found = await audit(ground, results);
  expect(found).toMatchObject({ lost: 0, forgotten: [], duplicated: 0 });
});
