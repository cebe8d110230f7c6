"use client";

import { Ellipsis, FlaskConical, FlaskConicalOff, Link2, SquareArrowOutUpRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { toast } from "sonner";

import { ActionButton } from "@/components/action-button";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { useAction } from "@/components/use-action";
import { useCopy } from "@/components/use-copy";
import { useIsWithoutScripts } from "@/components/without-scripts";
import { callHref } from "@/lib/call/link";

import { useIsPanel } from "../calls-frame";
import { markCallAsTest } from "./actions";

/** The menu of rarely used actions on a call. */
export function CallMenu({ callId, isTest, canMark }: { callId: string; isTest: boolean; canMark: boolean }) {
  const t = useTranslations("call");
  const isPanel = useIsPanel();
  const { run } = useAction({ words: { gone: t("review.failed") } });
  const copy = useCopy();

  const mark = async (next: boolean, isUndo = false) => {
    const answer = await run(() => markCallAsTest({ callId, isTest: next }));
    if (!answer.ok) {
      return;
    }
    if (isUndo) {
      toast.success(t("review.undone"));
    } else {
      toast.success(next ? t("test.marked") : t("test.unmarked"), {
        action: { label: t("review.undo"), onClick: () => mark(!next, true) },
      });
    }
  };

  if (useIsWithoutScripts()) {
    // The other actions need scripts.
    return (
      canMark && (
        <ActionButton
          action={markCallAsTest}
          fields={{ callId, isTest: isTest ? "0" : "1" }}
          size="sm"
          onPress={() => mark(!isTest)}
        >
          {isTest ? t("test.unmark") : t("test.mark")}
        </ActionButton>
      )
    );
  }
  return (
    <Menu
      trigger={
        <IconButton label={t("more")} variant="secondary" size="sm">
          <Ellipsis aria-hidden />
        </IconButton>
      }
    >
      {isPanel && (
        // A full page load, because a navigation inside the application would open the panel again.
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
    // Without the list's filter, which matters only to the person who set it.
    const url = new URL(callHref(callId), window.location.origin);
    if (await copy(url.href)) {
      toast.success(t("linkCopied"));
    }
  }
}
