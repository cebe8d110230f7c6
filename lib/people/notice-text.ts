import type { useTranslations } from "next-intl";

import { isolated } from "@/lib/text/isolated";

import type { NoticeDetail, NoticeKind } from "./notice";

/**
 * The sentences of a notice after its title, for the page and the e-mail, in one language.
 *
 * @param t the messages `notices`
 * @param roles the messages `shell.role`
 */
export function noticeLines(
  { kind, detail }: { kind: NoticeKind; detail: NoticeDetail },
  t: ReturnType<typeof useTranslations<"notices">>,
  roles: ReturnType<typeof useTranslations<"shell.role">>,
): string[] {
  const { browser, system, address, by, role, change } = detail;
  const device =
    browser !== undefined && system !== undefined
      ? t("device", { browser: isolated(browser), system: isolated(system) })
      : (browser ?? system ?? null);
  return [
    ...(kind === "new_device" ? [device ?? t("unknownDevice")] : []),
    ...(change === undefined ? [] : [t(`factor.${change}`)]),
    ...(role === undefined ? [] : [t("role", { role: roles(role) })]),
    ...(by === undefined ? [] : [t("by", { name: isolated(by) })]),
    ...(address === undefined ? [] : [t("address", { address: isolated(address) })]),
    ...(kind === "wrong_passwords" ? [t("wrong")] : []),
  ];
}
