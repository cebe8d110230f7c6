import postgres from "postgres";

import { endpoint } from "./endpoint";

/**
 * The server's version as a number (`150004` is 15.4) and as text. Rejects with the driver's error if it cannot connect.
 *
 * @param ca as for `endpoint`
 */
export async function serverVersion(databaseUrl: string, ca?: string): Promise<{ number: number; text: string }> {
  const { href, ssl } = endpoint(databaseUrl, ca);
  const sql = postgres(href, { max: 1, prepare: false, connect_timeout: 10, onnotice: () => {}, ssl });
  try {
    const [row] = await sql<{ number: number; text: string }[]>`
      select current_setting('server_version_num')::int as number, current_setting('server_version') as text`;
    return row ?? { number: 0, text: "unknown" };
  } finally {
    await sql.end({ timeout: 1 });
  }
}
