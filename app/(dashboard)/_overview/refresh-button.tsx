"use client";

import { RotateCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { type ReactNode, useTransition } from "react";

import { cn } from "@/components/cn";
import { Button } from "@/components/ui/button";

/** A button that loads the numbers again. `children` is its label, the time of the last load. */
export function RefreshButton({ children }: { children: ReactNode }) {
  const t = useTranslations("common.action");
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  return (
    <Button
      variant="ghost"
      size="sm"
      aria-disabled={isPending}
      onClick={() => startTransition(() => router.refresh())}
      title={t("refresh")}
    >
      <RotateCw aria-hidden className={cn(isPending && "animate-spin")} />
      {children}
    </Button>
  );
}
