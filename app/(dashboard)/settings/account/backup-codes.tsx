"use client";

import { Download } from "lucide-react";
import { useTranslations } from "next-intl";

import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { CopyButton } from "@/components/ui/copy-button";

/** Shows the backup codes, with buttons to copy and download them. They cannot be shown again. */
export function BackupCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const t = useTranslations("account.secondFactor");
  const text = `${codes.join("\n")}\n`;
  return (
    <div className="space-y-4">
      <div>
        <h3 className="font-medium">{t("codesTitle")}</h3>
        <p className="text-sm text-pretty text-muted">{t("codes")}</p>
      </div>
      <ul
        dir="ltr"
        className="grid max-w-md grid-cols-2 gap-x-6 gap-y-1 rounded-md border bg-sunken px-4 py-3 font-mono text-sm"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" onClick={onKept}>
          {t("kept")}
        </Button>
        <CopyButton value={text} size="md">
          {t("copyCodes")}
        </CopyButton>
        <a
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="callboard-backup-codes.txt"
          className={buttonClass()}
        >
          <Download aria-hidden />
          {t("download")}
        </a>
      </div>
    </div>
  );
}
