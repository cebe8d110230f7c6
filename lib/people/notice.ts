import { z } from "zod";

import { ROLES } from "./role";

/** What an account's owner is told about, in the application and by e-mail. */
export const NOTICE_KINDS = [
  "new_device",
  "password_changed",
  "second_factor_changed",
  "role_changed",
  "wrong_passwords",
] as const;

export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** What changed about a second factor: turned on, turned off, or new backup codes. */
export const FACTOR_CHANGES = ["on", "off", "codes"] as const;

/** Reads the details of a stored notice. A field is missing if it is not known or does not apply. Never fails. */
export const noticeDetailSchema = z
  .object({
    /** The browser and system of the device, as `deviceOf` of `lib/http/user-agent.ts` names them. */
    browser: z.string(),
    system: z.string(),
    /** The client's IP address. */
    address: z.string(),
    /** The name of the administrator who made the change, or the command that made it; missing if the user made it. */
    by: z.string(),
    role: z.enum(ROLES),
    change: z.enum(FACTOR_CHANGES),
  })
  .partial()
  .catch({});

export type NoticeDetail = z.infer<typeof noticeDetailSchema>;
