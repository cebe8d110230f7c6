import { loadEnvFiles } from "./launcher/environment";
import { DATA_FOLDERS, serve } from "./launcher/serve";
import { runCommand } from "./launcher/terminal";

await runCommand(async () => {
  loadEnvFiles("production");
  await serve({ commandLine: "npm start", mode: "start", dataFolder: DATA_FOLDERS.start });
});
