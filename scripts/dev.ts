import { DATA_FOLDERS, serve } from "./serve";
import { loadEnvFiles } from "./settings";
import { command } from "./terminal";

await command(async () => {
  loadEnvFiles("development");
  await serve({ commandLine: "npm run dev", mode: "dev", dataFolder: DATA_FOLDERS.start });
});
