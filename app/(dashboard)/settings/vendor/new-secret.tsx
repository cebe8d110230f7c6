"use client";

import { Dices } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";

/** Generates a random secret in the browser. It is not sent to the server: the administrator copies it into the environment. */
export function NewSecret() {
  const t = useTranslations("settings.vendor.rotation");
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <div className="mt-1.5 flex flex-wrap items-center gap-2">
      <Button size="sm" onClick={() => setSecret(randomSecret())}>
        <Dices aria-hidden />
        {t("makeButton")}
      </Button>
      {secret !== null && (
        <>
          <output dir="ltr" className="rounded-md border bg-sunken px-2 py-1 font-mono text-xs break-all">
            {secret}
          </output>
          <CopyButton value={secret} label={t("copySecret")} size="sm" />
        </>
      )}
    </div>
  );
}

/** 240 random bits, encoded with the characters that `SARJ_WEBHOOK_SECRETS` allows. */
function randomSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(30));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}
