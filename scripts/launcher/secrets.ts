import { randomBytes, randomInt } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { CommandError } from "./command-error";
import { writePrivateFile } from "./private-file";

/** The secrets that a self-hosted Callboard generates and stores. The environment can override them. */
export type Secrets = { webhookSecret: string; authSecret: string; cronSecret: string; setupCode: string };

/** The file of the generated secrets, which only its owner can read. */
export function secretsFileIn(folder: string): string {
  return join(folder, "secrets.json");
}

/** Reads `<folder>/secrets.json` and generates missing secrets. Throws a CommandError if the file cannot be used. */
export function readOrMakeSecrets(folder: string): Secrets {
  const file = secretsFileIn(folder);
  let known: Partial<Secrets> = {};
  try {
    mkdirSync(folder, { recursive: true });
    known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Partial<Secrets>) : {};
  } catch (error) {
    throw new CommandError(
      error instanceof SyntaxError
        ? `${file} is not valid JSON. It holds the secrets of this installation. Fix it, or delete it to get new secrets ` +
            "(then everybody has to sign in again, and the webhook's URL changes)."
        : `${file} cannot be used (${(error as NodeJS.ErrnoException).code}). Start Callboard as the user who created it.`,
    );
  }
  const secrets: Secrets = {
    webhookSecret: known.webhookSecret ?? randomBytes(32).toString("base64url"),
    authSecret: known.authSecret ?? randomBytes(32).toString("base64url"),
    cronSecret: known.cronSecret ?? randomBytes(32).toString("base64url"),
    setupCode: known.setupCode ?? readableCode(),
  };
  if (JSON.stringify(secrets) !== JSON.stringify(known)) {
    writePrivateFile(file, secrets);
  }
  return secrets;
}

/** Generates a code of twelve characters (about 59 bits), without characters that look alike: `K7QF-3M2P-9XWD`. */
function readableCode(): string {
  const alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
  const part = () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return `${part()}-${part()}-${part()}`;
}
