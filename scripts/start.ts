import { DATA_FOLDERS, serve } from "./launcher/serve";
import { loadEnvFiles } from "./launcher/settings";
import { command } from "./launcher/terminal";

await command(async () => {
  loadEnvFiles("production");
  await serve({ commandLine: "npm start", mode: "start", dataFolder: DATA_FOLDERS.start });
});
