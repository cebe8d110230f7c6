import { applyWorkerEnvironment } from "../fixtures/slots";
applyWorkerEnvironment();
process.env.NEXT_DIST_DIR ??= ".next-test";
const { layGround } = await import("./ground");
const g = await layGround();
const app = await g.startApp({ port: 4700, env: { SPOOL_DIR: g.folder + "/spool" } });
console.log(
  JSON.stringify({
    url: app.webhookUrl,
    db: g.postgres.url,
    su: g.postgres.superuserUrl,
    pid: app.pid,
    pg: g.postgres.process().pid,
    folder: g.folder,
  }),
);
setInterval(() => {}, 1000);
let shown = 0;
setInterval(() => {
  const l = app.logs();
  process.stdout.write(l.slice(shown));
  shown = l.length;
}, 300);
process.on("SIGTERM", async () => {
  await g.close();
  process.exit(0);
});
