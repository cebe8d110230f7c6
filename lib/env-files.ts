import { readFileSync } from "node:fs";

/**
 * Secrets from files: for any variable, `<NAME>_FILE` names a file whose content is the value, as Docker and Kubernetes mount secrets. The content
 * ends before its last line break, and begins after a byte order mark.
 */

const SUFFIX = "_FILE";

export type FilledEnvironment = {
  /** The environment with the contents, without the variables that named the files and without empty ones. */
  env: Record<string, string>;
  /** One sentence for each file that cannot be used. It contains neither a path nor a value. */
  problems: string[];
};

/** Reads the files that the environment names for these variables. An empty variable counts as unset. */
export function readSecretFiles(
  source: Record<string, string | undefined>,
  names: Iterable<string>,
): FilledEnvironment {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(source)) {
    if (value?.trim()) {
      env[name] = value;
    }
  }
  const problems: string[] = [];
  for (const name of names) {
    const fileName = `${name}${SUFFIX}`;
    const file = env[fileName]?.trim();
    delete env[fileName];
    if (!file) {
      continue;
    }
    if (env[name] !== undefined) {
      problems.push(`${name} and ${fileName} are both set: keep one of them`);
      continue;
    }
    try {
      const value = readFileSync(file, "utf8").replaceAll(/^\uFEFF|\r?\n$/g, "");
      if (value.trim() === "") {
        problems.push(`${fileName} names an empty file`);
      } else {
        env[name] = value;
      }
    } catch (error) {
      problems.push(`${fileName} names a file that cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  return { env, problems };
}
