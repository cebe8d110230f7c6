import { get as httpGet } from "node:http";

import { ADMIN } from "@/tests/fixtures/environment";

import type { BenchApp } from "./app";

/** A signed-in administrator. */
export type Client = {
  headers: { cookie: string };
  get(path: string, onPiece?: (piece: Buffer) => void): Promise<Answer>;
};

/** Milliseconds until the first byte of the body and until the last one. `body` is empty if the caller takes the pieces. */
type Answer = { firstByteMs: number; totalMs: number; bytes: number; body: Buffer };

const SIGN_IN_TRIES = 40;

/** Signs in. The application creates its administrator shortly after it starts, so this is tried for some seconds. */
export async function signInAt({ url, port }: BenchApp): Promise<Client> {
  const cookie = await cookieOf(url);
  return {
    headers: { cookie },
    get: (path, onPiece) =>
      new Promise((resolve, reject) => {
        const began = performance.now();
        let firstByteMs = Number.NaN;
        let bytes = 0;
        const pieces: Buffer[] = [];
        const request = httpGet(
          { host: "127.0.0.1", port, path, headers: { host: `localhost:${port}`, cookie } },
          (response) => {
            response.on("data", (piece: Buffer) => {
              firstByteMs = bytes === 0 ? performance.now() - began : firstByteMs;
              bytes += piece.length;
              if (onPiece === undefined) {
                pieces.push(piece);
              } else {
                onPiece(piece);
              }
            });
            response.on("error", reject);
            response.on("end", () => {
              if (response.statusCode !== 200) {
                reject(new Error(`${path.split("?")[0]} answered ${response.statusCode}`));
                return;
              }
              resolve({ firstByteMs, totalMs: performance.now() - began, bytes, body: Buffer.concat(pieces) });
            });
          },
        );
        request.on("error", reject);
      }),
  };
}

async function cookieOf(url: string): Promise<string> {
  for (let tries = 0; tries < SIGN_IN_TRIES; tries += 1) {
    const answer = await fetch(`${url}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url },
      body: JSON.stringify(ADMIN),
    });
    if (answer.ok) {
      return answer.headers
        .getSetCookie()
        .map((line) => line.split(";", 1)[0])
        .join("; ");
    }
    // Ten tries in a minute would lock the account.
    await new Promise((resolve) => setTimeout(resolve, Math.min(300 * 2 ** tries, 5_000)));
  }
  throw new Error("The administrator could not sign in");
}
