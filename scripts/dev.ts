import { loadEnvFiles } from "./launcher/environment";
import { DATA_FOLDERS, serve } from "./launcher/serve";
import { runCommand } from "./launcher/terminal";

await runCommand(async () => {
  loadEnvFiles("development");
  await serve({ commandLine: "npm run dev", mode: "dev", dataFolder: DATA_FOLDERS.start });
});
