import { readDoorSettings } from "../bootstrap/door-settings.mjs";
import { openDoor } from "../bootstrap/door.mjs";
import type { ListeningSocket } from "./web-server";

/** What has the port until the web server answers: see `bootstrap/door.mjs`. */
export type Door = {
  socket: ListeningSocket;
  /** Accepts no more connections, because the web server does, and answers the open requests. */
  close(): Promise<void>;
};

/** The door that `bootstrap.mjs` opened before it installed anything; null if it did not. */
export async function inheritedDoor(): Promise<Door | null> {
  if (process.env.CALLBOARD_DOOR !== "1" || process.send === undefined) {
    return null;
  }
  const socket = await new Promise<ListeningSocket>((resolve) => {
    process.once("message", (_message, handle) => resolve(handle as ListeningSocket));
  });
  return {
    socket,
    async close() {
      process.send?.({ type: "serving" });
    },
  };
}

/** Opens a door with the complete environment. Throws the error of the system if no server can listen there. */
export async function openOwnDoor(
  env: Record<string, string>,
  dataFolder: string,
  onLine: (line: string) => void,
): Promise<Door> {
  const settings = readDoorSettings(env, dataFolder);
  if (settings === null) {
    throw new Error("the environment was checked before");
  }
  return openDoor(settings, { onLine });
}
