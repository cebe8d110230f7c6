"use client";

import { Mail } from "lucide-react";
import { useTranslations } from "next-intl";

import { slot } from "@/components/slot";
import { buttonClass } from "@/components/ui/button-class";
import { CopyButton } from "@/components/ui/copy-button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { Time } from "@/components/ui/time";

import type { MadeLink } from "./actions";

/** Shows a new link, with buttons to copy and send it. It cannot be shown again. Callboard itself sends no e-mail. */
export function MadeLinkPanel({ link }: { link: MadeLink }) {
  const t = useTranslations("people.made");
  const { purpose, url, email } = link;
  const mail = new URLSearchParams({ subject: t(`subject.${purpose}`), body: t(`letter.${purpose}`, { url }) });
  return (
    <div className="space-y-4">
      <p className="text-base text-muted">
        {t.rich(`send.${purpose}`, {
          email: slot(
            <bdi dir="ltr" className="font-medium break-all text-foreground">
              {email}
            </bdi>,
          ),
        })}
      </p>
      <Field label={t("link")}>
        <Input dir="ltr" readOnly value={url} onFocus={(event) => event.currentTarget.select()} className="font-mono" />
      </Field>
      <div className="flex flex-wrap gap-2">
        <CopyButton value={url} size="md">
          {t("copy")}
        </CopyButton>
        {/* In a mailto URL a `+` is a plus sign and a space is %20 (RFC 6068, 5). */}
        <a
          href={`mailto:${encodeURIComponent(email)}?${mail.toString().replaceAll("+", "%20")}`}
          className={buttonClass()}
        >
          <Mail aria-hidden />
          {t("mail")}
        </a>
      </div>
      <Notice tone="warning">
        {t.rich("once", { time: slot(<Time value={link.expiresAt} className="font-medium" />) })}
      </Notice>
    </div>
  );
}
