"use client";

import { Ellipsis, FlaskConical, FlaskConicalOff, Link2, SquareArrowOutUpRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { toast } from "sonner";

import { heedRefusal } from "@/components/session-ended";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu";

import { useIsPanel } from "../calls-frame";
import { notReached } from "./action-answer";
import { markCallAsTest } from "./actions";

/** What is seldom done with a call. */
export function CallMenu({ callId, isTest, canMark }: { callId: string; isTest: boolean; canMark: boolean }) {
  const t = useTranslations("call");
  const errors = useTranslations("auth.error");
  const isPanel = useIsPanel();
  const [, startTransition] = useTransition();

  const mark = (next: boolean, isUndo = false) =>
    startTransition(async () => {
      const answer = await markCallAsTest(callId, next).catch(notReached);
      if (!answer.ok) {
        heedRefusal(answer.reason);
        toast.error(answer.reason === "failed" ? t("review.failed") : errors(answer.reason));
      } else if (isUndo) {
        toast.success(t("review.undone"));
      } else {
        toast.success(next ? t("test.marked") : t("test.unmarked"), {
          action: { label: t("review.undo"), onClick: () => mark(!next, true) },
        });
      }
    });

  return (
    <Menu
      trigger={
        <IconButton label={t("more")} variant="secondary" size="sm">
          <Ellipsis aria-hidden />
        </IconButton>
      }
    >
      {isPanel && (
        // A full load: within the application the panel would open again.
        <MenuItem onClick={() => window.location.reload()}>
          <SquareArrowOutUpRight aria-hidden />
          {t("panel.open")}
        </MenuItem>
      )}
      <MenuItem onClick={() => void copyLink()}>
        <Link2 aria-hidden />
        {t("copyLink")}
      </MenuItem>
      {canMark && (
        <>
          <MenuSeparator />
          <MenuItem onClick={() => mark(!isTest)}>
            {isTest ? <FlaskConicalOff aria-hidden /> : <FlaskConical aria-hidden />}
            {isTest ? t("test.unmark") : t("test.mark")}
          </MenuItem>
        </>
      )}
    </Menu>
  );

  async function copyLink() {
    // Without the list's filter: whoever gets the link looks at this call.
    const url = new URL(`/calls/${encodeURIComponent(callId)}`, window.location.origin);
    try {
      await navigator.clipboard.writeText(url.href);
      toast.success(t("linkCopied"));
    } catch {
      toast.error(url.href);
    }
  }
}
