import { DATA_FOLDERS } from "./launcher/data-folders";
import { loadEnvFiles } from "./launcher/environment";
import { serve } from "./launcher/serve";
import { runCommand } from "./launcher/terminal";

await runCommand(async () => {
  loadEnvFiles("development");
  await serve({ commandLine: "npm run dev", mode: "dev", dataFolder: DATA_FOLDERS.start });
});
