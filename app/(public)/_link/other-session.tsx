import { getTranslations } from "next-intl/server";

import { slot } from "@/components/slot";
import { Notice } from "@/components/ui/notice";
import { readSession } from "@/server/auth/gates";

/** Warns that the link will replace the session of another user, for example of an administrator who tries the link. */
export async function OtherSession({ email }: { email: string }) {
  const { user: signedIn } = await readSession();
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
