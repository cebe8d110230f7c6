import { randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";

import { z } from "zod";

import type { NumberShape } from "@/lib/phone/number-forms";
import { partsOf, type SoughtNumber } from "@/lib/phone/pattern";

/**
 * What is kept of an erased number, to erase it again after the restore of an older database.
 *
 * A hash does not hide a phone number from everyone: of one country, about ten million numbers end in the two digits that the certificate
 * shows. Each guess takes a tenth of a second of a processor (scrypt with 32 MB), so all of them take about two weeks; and a person who suspects one
 * number can check it at once. So a list of these is personal data.
 */
export const erasedNumberSchema = z.object({
  /** The erasure's id. */
  id: z.uuid(),
  /** Of the number in E.164 without the plus. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** The same for all numbers of an installation, so that a number in the database is hashed once. */
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  masked: z.string().max(20),
  country: z.string().regex(/^\d{0,4}$/),
  nationalLength: z.int().min(1).max(20),
  deleteUnreadable: z.boolean(),
  /** What was stored later stays. */
  erasedAt: z.coerce.date(),
});

export type ErasedNumber = z.infer<typeof erasedNumberSchema>;

const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const HASH_BYTES = 32;
const derive = promisify<string, Buffer, number, typeof SCRYPT, Buffer>(scrypt);

/** @param digits E.164 without the plus */
export async function hashNumber(digits: string, salt: string): Promise<string> {
  return (await derive(digits, Buffer.from(salt, "hex"), HASH_BYTES, SCRYPT)).toString("hex");
}

/** @param salt of the other erased numbers; null if there is none yet */
export async function hashedNumber(
  number: SoughtNumber,
  salt: string | null,
): Promise<Pick<ErasedNumber, "hash" | "salt" | "masked" | "country" | "nationalLength">> {
  const { country, national } = partsOf(number);
  const used = salt ?? randomBytes(16).toString("hex");
  return {
    hash: await hashNumber(number.digits, used),
    salt: used,
    masked: number.masked,
    country,
    nationalLength: national.length,
  };
}

export function shapeOf({ country, nationalLength, masked }: ErasedNumber): NumberShape {
  return { country, nationalLength, ending: masked.slice(-2) };
}
