import { DATA_FOLDERS, serve } from "./serve";
import { loadEnvFiles } from "./settings";
import { command } from "./terminal";

await command(async () => {
  loadEnvFiles("production");
  await serve({ commandLine: "npm start", mode: "start", dataFolder: DATA_FOLDERS.start });
});
