import { DATA_FOLDERS } from "./launcher/data-folders";
import { loadEnvFiles } from "./launcher/environment";
import { serve } from "./launcher/serve";
import { runCommand } from "./launcher/terminal";

await runCommand(async () => {
  loadEnvFiles("production");
  await serve({ commandLine: "npm start", mode: "start", dataFolder: DATA_FOLDERS.start });
});
