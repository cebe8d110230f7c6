import { addNotice } from "@/db/people/notices";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import type { NoticeDetail, NoticeKind } from "@/lib/people/notice";

import { afterAnswer } from "./after-answer";
import { mailDue } from "./jobs/mail";

/**
 * Tells a user what happened to their account: in the application, and by e-mail if `SMTP_URL` is set. Call it after the change. Never throws,
 * because the change has been made. The e-mail is sent after the answer, and again by the job if that fails.
 */
export async function notify(userId: string, kind: NoticeKind, detail: NoticeDetail = {}): Promise<void> {
  const byMail = env.SMTP_URL !== undefined;
  try {
    if ((await addNotice({ userId, kind, detail, byMail })) && byMail) {
      afterAnswer("mail", () => mailDue());
    }
  } catch (error) {
    log("error", "notice_failed", { reason: kind, error_code: errorCode(error) });
  }
}
