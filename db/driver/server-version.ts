import postgres from "postgres";

/** The server's version as a number (`150004` is 15.4) and as text. Rejects with the driver's error if it cannot connect. */
export async function serverVersion(databaseUrl: string): Promise<{ number: number; text: string }> {
  const url = new URL(databaseUrl);
  url.searchParams.delete("pgbouncer");
  const sql = postgres(url.href, { max: 1, prepare: false, connect_timeout: 10, onnotice: () => {} });
  try {
    const [row] = await sql<{ number: number; text: string }[]>`
      select current_setting('server_version_num')::int as number, current_setting('server_version') as text`;
    return row ?? { number: 0, text: "unknown" };
  } finally {
    await sql.end({ timeout: 1 });
  }
}
