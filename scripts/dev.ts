import { DATA_FOLDERS, serve } from "./launcher/serve";
import { loadEnvFiles } from "./launcher/settings";
import { command } from "./launcher/terminal";

await command(async () => {
  loadEnvFiles("development");
  await serve({ commandLine: "npm run dev", mode: "dev", dataFolder: DATA_FOLDERS.start });
});
