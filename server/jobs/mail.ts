import { createFormatter, createTranslator } from "next-intl";
import { createTransport } from "nodemailer";

import { claimDueMails, type DueMail, markMailed, postponeMail } from "@/db/people/notices";
import { env } from "@/lib/env";
import { formats } from "@/lib/i18n/formats";
import { directionOf, INTL_LOCALES, type Locale, LOCALES } from "@/lib/i18n/locales";
import { loadMessages } from "@/lib/i18n/messages";
import { errorCode, log } from "@/lib/log";
import { noticeLines } from "@/lib/people/notice-text";
import { perProcess } from "@/lib/per-process";
import { getOrganization } from "@/server/organization";

/** Sends the notices whose e-mail is due, if `SMTP_URL` is set. */

const BUDGET_MS = 25_000;
const TIMEOUT_MS = 10_000;

/** Sends due e-mails one after another, until none is due, one fails or the time is up. Returns how many were sent. */
export async function mailDue(): Promise<number> {
  const { SMTP_URL, MAIL_FROM } = env;
  if (SMTP_URL === undefined || MAIL_FROM === undefined) {
    return 0;
  }
  const until = performance.now() + BUDGET_MS;
  let sent = 0;
  while (performance.now() < until) {
    const [mail] = await claimDueMails(1);
    if (mail === undefined || !(await send(mail, SMTP_URL, MAIL_FROM))) {
      break;
    }
    sent += 1;
  }
  return sent;
}

/** Sends one e-mail. False if it failed: it is then due again later, unless the server has refused it for good. */
async function send(mail: DueMail, smtpUrl: string, from: string): Promise<boolean> {
  try {
    await transportOf(smtpUrl).sendMail({ from, to: mail.email, ...(await compose(mail)) });
  } catch (error) {
    const status = (error as { responseCode?: unknown }).responseCode;
    // RFC 5321, 4.2.1: 5yz is a permanent failure. A refused password (535) is not one of this message.
    const isFinal = typeof status === "number" && status >= 550 && status < 560;
    log("warn", "mail_failed", { error_code: errorCode(error), ...(typeof status === "number" ? { status } : {}) });
    await postponeMail(mail.id, isFinal);
    return isFinal;
  }
  await markMailed(mail.id);
  return true;
}

function transportOf(smtpUrl: string) {
  const { username, hostname } = new URL(smtpUrl);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return perProcess("mail transport", () =>
    createTransport({
      url: smtpUrl,
      // A password must not be sent without TLS. `smtps:` begins with it.
      requireTLS: username !== "" && !isLocal,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    }),
  );
}

/** The message in every language, because Callboard does not know which one its reader prefers. */
async function compose(mail: DueMail): Promise<{ subject: string; text: string; html: string }> {
  const { name: organization, timeZone } = await getOrganization();
  const url = new URL("/settings/account", env.APP_URL).href;
  const parts = await Promise.all(
    LOCALES.map(async (locale) => {
      const messages = await loadMessages(locale);
      const options = { locale: INTL_LOCALES[locale], messages, timeZone };
      const t = createTranslator({ ...options, namespace: "notices" });
      const roles = createTranslator({ ...options, namespace: "shell.role" });
      const time = createFormatter(options).dateTime(mail.createdAt, formats.dateTime.full);
      return {
        locale,
        subject: t(`title.${mail.kind}`),
        paragraphs: [
          t(`title.${mail.kind}`),
          [t("mail.time", { time, zone: timeZone }), ...noticeLines(mail, t, roles)].join("\n"),
          `${t("mail.advice")}\n${url}`,
          t("mail.why", { organization }),
        ],
      };
    }),
  );
  return {
    subject: `${parts.map(({ subject }) => subject).join(" · ")} – ${organization}`.replaceAll(/\s+/g, " "),
    text: parts.map(({ paragraphs }) => paragraphs.join("\n\n")).join("\n\n———\n\n"),
    html: parts.map(({ locale, paragraphs }) => htmlOf(locale, paragraphs)).join("<hr>"),
  };
}

function htmlOf(locale: Locale, paragraphs: string[]): string {
  const body = paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll("\n", "<br>")}</p>`).join("");
  return `<div lang="${locale}" dir="${directionOf(locale)}">${body}</div>`;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
