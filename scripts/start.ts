import { DATA_FOLDERS } from "./launcher/data-folders";
import { environmentAsGiven, loadEnvFiles } from "./launcher/environment";
import { serve } from "./launcher/serve";
import { runCommand } from "./launcher/terminal";

await runCommand(async () => {
  const given = environmentAsGiven();
  loadEnvFiles("production");
  await serve({ commandLine: "npm start", mode: "start", dataFolder: DATA_FOLDERS.start, given });
});
