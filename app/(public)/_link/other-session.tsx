import { getTranslations } from "next-intl/server";

import { slot } from "@/components/slot";
import { Notice } from "@/components/ui/notice";
import { getUser } from "@/server/auth/gates";

/** A warning that the link replaces the session of another person, such as an administrator who tries it out. */
export async function OtherSession({ email }: { email: string }) {
  const signedIn = await getUser();
  if (signedIn === null || signedIn.email === email) {
    return null;
  }
  const t = await getTranslations("auth.link");
  return (
    <Notice tone="warning" className="mb-4">
      {t.rich("signedInAs", { name: slot(<bdi>{signedIn.name}</bdi>) })}
    </Notice>
  );
}
