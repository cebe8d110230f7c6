import type { Metadata, Route } from "next";
import { getTranslations } from "next-intl/server";
import Link from "next/link";
import { redirect } from "next/navigation";

import { safeNextPath } from "@/lib/url/next-path";
import { getUser } from "@/server/auth/gates";
import { isCodePending } from "@/server/auth/sign-in";

import { CodeForm } from "./code-form";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("auth.code");
  return { title: t("title") };
}

/** The second step of signing in, after a correct password. `giveCode` checks the code. */
export default async function CodePage({ searchParams }: PageProps<"/sign-in/code">) {
  const { next, factor: requestedFactor } = await searchParams;
  const path = safeNextPath(typeof next === "string" ? next : null);
  const factor = requestedFactor === "backup" ? "backup" : "totp";
  if ((await getUser().catch(() => null)) !== null) {
    redirect(path as Route);
  }
  const link = (parameters: Record<string, string>, pathname: string) => {
    const query = new URLSearchParams({ ...parameters, ...(path === "/" ? {} : { next: path }) }).toString();
    return (query === "" ? pathname : `${pathname}?${query}`) as Route;
  };
  if (!(await isCodePending())) {
    redirect(link({}, "/sign-in"));
  }
  const t = await getTranslations("auth.code");
  const linkClass = "font-medium text-accent-text hover:underline underline-offset-2";
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight text-balance">{t("title")}</h1>
      <p className="mt-1 mb-6 text-base text-muted">{t(`subtitle.${factor}`)}</p>
      <CodeForm key={factor} factor={factor} next={path} />
      <p className="mt-6 text-sm text-muted">
        {factor === "totp" ? (
          <Link href={link({ factor: "backup" }, "/sign-in/code")} className={linkClass}>
            {t("useBackup")}
          </Link>
        ) : (
          <Link href={link({}, "/sign-in/code")} className={linkClass}>
            {t("useApp")}
          </Link>
        )}
      </p>
      <p className="mt-2 text-sm text-muted">{t("help")}</p>
    </>
  );
}
